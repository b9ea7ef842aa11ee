"""Train the reader: `python -m rag.reading.train FOLDER --squad FILE… --talks FOLDER…`.

FOLDER keeps the checkpoints, so that a run that was stopped goes on where it was; the same seed gives the same order of
examples. Takes the GPU where torch finds one. On two CPU cores that are free, about 10 examples a second at 200 tokens
in bfloat16 with the embeddings frozen, and 5 in float32.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from rag.reading.data import (
    Example,
    Paragraph,
    split_by_article,
    squad_examples,
    squad_paragraphs,
    talk_examples,
)
from rag.types import Document

CHECKPOINT, STATE = "checkpoint.safetensors", "state.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; kept beside its checkpoints, and the same when it goes on."""

    base: str
    epochs: float = 2.0
    batch_size: int = 16
    learning_rate: float = 6e-5
    warmup: float = 0.06  # share of the steps
    weight_decay: float = 0.01
    max_tokens: int = 256
    held_out: float = 0.1  # share of the articles
    negatives: int = 0  # passages beside the right one that a list has; 0 trains on single pairs
    seed: int = 7
    checkpoint_every: int = 100  # steps


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as tokens. `start` and `end` are (first, last) token of the answer, 0 for none, -1 for not known."""

    ids: list[int]
    types: list[int]
    answers: float
    start: int
    end: int


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m rag.reading.train", description="Train the reader.")
    parser.add_argument("folder", type=Path, help="where checkpoints and the result are kept")
    parser.add_argument("--squad", type=Path, nargs="+", default=[], help="SQuAD 1.1 or 2.0 files")
    parser.add_argument("--talks", type=Path, nargs="*", default=[], help="folders of transcripts with questions asked")
    parser.add_argument("--start", type=Path, help="the reader.safetensors of another run, to begin from")
    for name, kind in (
        ("epochs", float),
        ("batch-size", int),
        ("learning-rate", float),
        ("seed", int),
        ("max-tokens", int),
        ("negatives", int),
    ):
        parser.add_argument(f"--{name}", type=kind, default=Recipe.__dataclass_fields__[name.replace("-", "_")].default)
    given = vars(parser.parse_args(arguments))
    from embeddings.models import locate

    folder, squad, talks, start = (given.pop(name) for name in ("folder", "squad", "talks", "start"))
    recipe = Recipe(base=str(locate().folder), **given)
    paragraphs = [paragraph for path in squad for paragraph in squad_paragraphs(path)]
    kept_apart = split_by_article((p.article for p in paragraphs), held_out=recipe.held_out, seed=recipe.seed)
    print(f"kept apart: {', '.join(sorted(kept_apart))}", flush=True)
    if recipe.negatives:
        from rag.reading import lists

        batches, loss_of = lists.batches(recipe, paragraphs, talks, kept_apart=kept_apart), lists.loss
    else:
        examples = gather(paragraphs, talks, kept_apart=kept_apart, seed=recipe.seed)
        print(f"{len(examples)} examples", flush=True)
        tokenizer = tokenizer_of(recipe)
        encoded = [encode(tokenizer, example, recipe.max_tokens) for example in examples]
        batches, loss_of = list(batched(encoded, recipe, length=lambda item: len(item.ids))), pair_loss
    print(f"{len(batches)} batches", flush=True)
    train(recipe, batches, loss_of, folder, start=start)
    return 0


def gather(paragraphs: Sequence[Paragraph], talks: Sequence[Path], *, kept_apart: set[str], seed: int) -> list[Example]:
    """All examples to train on; each question once, though two files may have it."""
    seen: set[tuple[str, str]] = set()
    examples = []
    squad = squad_examples([p for p in paragraphs if p.article not in kept_apart], seed=seed)
    for example in (*squad, *_talks(talks, seed=seed)):
        if (key := (example.question, example.passage)) not in seen:
            seen.add(key)
            examples.append(example)
    return examples


def _talks(folders: Sequence[Path], *, seed: int) -> Iterator[Example]:
    documents, passages = transcripts(folders)
    yield from talk_examples(documents, passages, seed=seed)


def transcripts(folders: Sequence[Path]) -> tuple[list[Document], Callable[[Document], list[tuple[str, str]]]]:
    """The transcripts under `folders`, and what gives the (question asked, passage) pairs of one in order."""
    from embeddings.encoders import load_encoder
    from rag.files import transcripts_under
    from rag.passages import passages_of
    from rag.readers import opened
    from rag.transcript import parse

    encoder = load_encoder()
    files, _ = transcripts_under(folders)
    documents = []
    with opened() as read:
        for file in files:
            text, hints = read(file)
            documents.append(parse(text, source=file.name, path=file.as_posix(), hints=hints))

    def passages(document: Document) -> list[tuple[str, str]]:
        found = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        return [(passage.asked, passage.text) for passage in found if passage.asked]

    return documents, passages


def encode(tokenizer: Any, example: Example, max_tokens: int) -> Encoded:
    """An example as tokens; a passage that is too long loses its beginning where the answer stands at its end."""
    shift = 0
    found = tokenizer.encode(example.question, example.passage)
    if example.spans and len(found.ids) > max_tokens:
        # Cut so that the first answer lies in what is left: a third of the room before it.
        start = example.spans[0][0]
        shift = max(0, start - 2 * max_tokens)
        shift = example.passage.rfind(" ", 0, shift) + 1 if shift else 0
        found = tokenizer.encode(example.question, example.passage[shift:])
    ids, types, offsets = found.ids, found.type_ids, found.offsets
    if len(ids) > max_tokens:
        ids = [*ids[: max_tokens - 1], ids[-1]]
        types = types[:max_tokens]
        offsets = [*offsets[: max_tokens - 1], (0, 0)]
    first = last = -1 if example.spans is None else 0
    if example.spans:
        start, end = example.spans[0][0] - shift, example.spans[0][1] - shift
        inside = [
            number for number, (a, z) in enumerate(offsets) if types[number] == 1 and z > a and a < end and z > start
        ]
        first, last = (inside[0], inside[-1]) if inside else (-1, -1)
    return Encoded(ids, types, float(example.answers), first, last)


def train(
    recipe: Recipe,
    batches: Sequence[Any],
    loss_of: Callable[[Any, Any, str], Any],
    folder: Path,
    *,
    start: Path | None = None,
) -> None:
    """Train, going on from the last checkpoint in `folder`; `reader.safetensors` there is the result.

    `loss_of` gives the loss of (network, batch, device). `start` is the result of another run to begin from.
    """
    import torch
    from safetensors.torch import load_file, save_file

    from rag.reading.network import ReaderNetwork

    folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(recipe.seed)
    network = ReaderNetwork(Path(recipe.base)).to(device)
    if start is not None:
        network.load_state_dict(load_file(start, device=device), strict=False)
    values = network.trainable()
    for name, value in network.named_parameters():
        value.requires_grad_(name in values)
    decayed = [value for name, value in values.items() if value.ndim > 1]
    plain = [value for name, value in values.items() if value.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=recipe.learning_rate,
    )
    warm = max(1, int(recipe.warmup * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (len(batches) - step) / max(1, len(batches) - warm)))
    )
    done = _resume(folder, recipe, network, optimizer, device)
    for _ in range(done):
        schedule.step()

    network.train()
    started, losses = time.monotonic(), []
    for step in range(done, len(batches)):
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # dropout, the same when a run goes on
        loss = loss_of(network, batches[step], device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(values.values(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            rate = (step + 1 - done) / (time.monotonic() - started)
            left = (len(batches) - step - 1) / rate / 60
            print(f"step {step + 1}/{len(batches)}  loss {sum(losses[-20:]) / 20:.3f}  {left:.0f} min left", flush=True)
        if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == len(batches):
            _keep(folder, recipe, network, optimizer, step + 1, len(batches))
    save_file(
        {name: value.detach().cpu().contiguous() for name, value in values.items()}, folder / "reader.safetensors"
    )


def _keep(folder: Path, recipe: Recipe, network: Any, optimizer: Any, step: int, steps: int) -> None:
    """A checkpoint: weights, the optimizer's moments, and how far the run is; whole or not at all."""
    from safetensors.torch import save_file

    tensors = {}
    for name, value in network.trainable().items():
        tensors[name] = value.detach().clone()
        tensors[f"m:{name}"] = optimizer.state[value]["exp_avg"].clone()
        tensors[f"v:{name}"] = optimizer.state[value]["exp_avg_sq"].clone()
    save_file(tensors, folder / f"{CHECKPOINT}.new")
    os.replace(folder / f"{CHECKPOINT}.new", folder / CHECKPOINT)
    (folder / STATE).write_text(json.dumps({"step": step, "steps": steps, "recipe": asdict(recipe)}), "utf-8")


def _resume(folder: Path, recipe: Recipe, network: Any, optimizer: Any, device: str) -> int:
    """How many steps are done, with the weights and moments of the last checkpoint put back."""
    if not (folder / STATE).exists():
        return 0
    import torch
    from safetensors.torch import load_file

    state = json.loads((folder / STATE).read_text("utf-8"))
    if state["recipe"] != asdict(recipe):
        sys.exit(f"{folder} holds a run with other settings: {state['recipe']}; give another folder")
    done = int(state["step"])
    kept = load_file(folder / CHECKPOINT, device=device)
    values = network.trainable()
    network.load_state_dict({name: kept[name] for name in values}, strict=False)
    for name, value in values.items():
        optimizer.state[value] = {
            "step": torch.tensor(float(done)),
            "exp_avg": kept[f"m:{name}"],
            "exp_avg_sq": kept[f"v:{name}"],
        }
    print(f"goes on after step {done}", flush=True)
    return done


def pair_loss(network: Any, batch: Sequence[Encoded], device: str, *, relevance_weight: float = 0.5) -> Any:
    """Does each passage answer, and where: binary cross entropy of the relevance, cross entropy of both ends."""
    import torch

    functional = torch.nn.functional
    ids, mask, types = (part.to(device) for part in tensors(batch))
    answers, starts, ends = (
        torch.tensor(column).to(device)
        for column in zip(*((item.answers, item.start, item.end) for item in batch), strict=True)
    )
    with torch.autocast(device, torch.bfloat16):
        relevance, start, end, _ = network(ids, mask, types)
    loss = relevance_weight * functional.binary_cross_entropy_with_logits(relevance.float(), answers)
    return loss + span_loss(start, end, starts, ends, outside=(types == 0) | (mask == 0))


def span_loss(start: Any, end: Any, starts: Any, ends: Any, *, outside: Any) -> Any:
    """Cross entropy of both ends over the passage's tokens and the first one; 0 where no end is known (-1)."""
    import torch

    if not (starts >= 0).any():
        return 0.0
    outside = outside.clone()
    outside[:, 0] = False
    entropy = torch.nn.functional.cross_entropy
    return (
        entropy(start.float().masked_fill(outside, -1e4), starts, ignore_index=-1)
        + entropy(end.float().masked_fill(outside, -1e4), ends, ignore_index=-1)
    ) / 2


def tokenizer_of(recipe: Recipe) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(recipe.base) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def batched(encoded: Sequence[Any], recipe: Recipe, *, length: Callable[[Any], int]) -> Iterator[list[Any]]:
    """Batches of similar length in an order drawn by the seed, epoch after epoch."""
    left = recipe.epochs
    epoch = 0
    while left > 0:
        draw = Random(recipe.seed + epoch)
        order = list(range(len(encoded)))
        draw.shuffle(order)
        order = order[: round(min(left, 1.0) * len(order))]
        pools = [order[at : at + 50 * recipe.batch_size] for at in range(0, len(order), 50 * recipe.batch_size)]
        batches = []
        for pool in pools:
            pool.sort(key=lambda row: length(encoded[row]))
            batches += [pool[at : at + recipe.batch_size] for at in range(0, len(pool), recipe.batch_size)]
        draw.shuffle(batches)
        yield from ([encoded[row] for row in batch] for batch in batches)
        left, epoch = left - 1, epoch + 1


def tensors(batch: Sequence[Any]) -> Iterator[Any]:
    """Token numbers, mask and types of what has `ids` and `types`, padded to the longest."""
    import torch

    width = max(len(item.ids) for item in batch)
    for rows in ([item.ids for item in batch], [[1] * len(item.ids) for item in batch], [item.types for item in batch]):
        yield torch.tensor([row + [0] * (width - len(row)) for row in rows])


if __name__ == "__main__":
    sys.exit(main())
