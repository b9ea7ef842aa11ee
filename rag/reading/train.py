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
from collections.abc import Iterator, Sequence
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
    relevance_weight: float = 0.5
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
    for name, kind in (
        ("epochs", float),
        ("batch-size", int),
        ("learning-rate", float),
        ("seed", int),
        ("max-tokens", int),
    ):
        parser.add_argument(f"--{name}", type=kind, default=Recipe.__dataclass_fields__[name.replace("-", "_")].default)
    given = vars(parser.parse_args(arguments))
    from embeddings.models import locate

    folder, squad, talks = given.pop("folder"), given.pop("squad"), given.pop("talks")
    recipe = Recipe(base=str(locate().folder), **given)
    paragraphs = [paragraph for path in squad for paragraph in squad_paragraphs(path)]
    kept_apart = split_by_article((p.article for p in paragraphs), held_out=recipe.held_out, seed=recipe.seed)
    examples = gather(paragraphs, talks, kept_apart=kept_apart, seed=recipe.seed)
    print(f"{len(examples)} examples; kept apart: {', '.join(sorted(kept_apart))}", flush=True)
    train(recipe, examples, folder)
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

    yield from talk_examples(documents, passages, seed=seed)


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


def train(recipe: Recipe, examples: Sequence[Example], folder: Path) -> None:
    """Train, going on from the last checkpoint in `folder`; `reader.safetensors` there is the result."""
    import torch
    from safetensors.torch import load_file, save_file
    from tokenizers import Tokenizer

    from rag.reading.network import ReaderNetwork

    folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(recipe.seed)
    network = ReaderNetwork(Path(recipe.base)).to(device)
    values = network.trainable()
    for name, value in network.named_parameters():
        value.requires_grad_(name in values)
    tokenizer = Tokenizer.from_file(str(Path(recipe.base) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoded = [encode(tokenizer, example, recipe.max_tokens) for example in examples]
    batches = list(_batches(encoded, recipe))
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
    named = {id(value): name for name, value in values.items()}
    done = 0
    if (folder / STATE).exists():
        state = json.loads((folder / STATE).read_text("utf-8"))
        if state["recipe"] != asdict(recipe):
            sys.exit(f"{folder} holds a run with other settings: {state['recipe']}; give another folder")
        done = state["step"]
        kept = load_file(folder / CHECKPOINT, device=device)
        network.load_state_dict({n: kept[n] for n in values}, strict=False)
        for value in values.values():
            name = named[id(value)]
            optimizer.state[value] = {
                "step": torch.tensor(float(done)),
                "exp_avg": kept[f"m:{name}"],
                "exp_avg_sq": kept[f"v:{name}"],
            }
        for _ in range(done):
            schedule.step()
        print(f"goes on after step {done}", flush=True)

    def keep(step: int) -> None:
        tensors = {name: value.detach().clone() for name, value in values.items()}
        for value in values.values():
            name = named[id(value)]
            tensors[f"m:{name}"] = optimizer.state[value]["exp_avg"].clone()
            tensors[f"v:{name}"] = optimizer.state[value]["exp_avg_sq"].clone()
        save_file(tensors, folder / f"{CHECKPOINT}.new")
        os.replace(folder / f"{CHECKPOINT}.new", folder / CHECKPOINT)
        (folder / STATE).write_text(
            json.dumps({"step": step, "steps": len(batches), "recipe": asdict(recipe)}), "utf-8"
        )

    network.train()
    started, losses = time.monotonic(), []
    for step in range(done, len(batches)):
        ids, mask, types, answers, starts, ends = (part.to(device) for part in _tensors(batches[step]))
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # dropout, the same when a run goes on
        with torch.autocast(device, torch.bfloat16):
            relevance, start, end = network(ids, mask, types)
        relevance, start, end = relevance.float(), start.float(), end.float()
        outside = (types == 0) | (mask == 0)
        outside[:, 0] = False
        start, end = start.masked_fill(outside, -1e4), end.masked_fill(outside, -1e4)
        loss = recipe.relevance_weight * torch.nn.functional.binary_cross_entropy_with_logits(relevance, answers)
        if (starts >= 0).any():
            loss = (
                loss
                + (
                    torch.nn.functional.cross_entropy(start, starts, ignore_index=-1)
                    + torch.nn.functional.cross_entropy(end, ends, ignore_index=-1)
                )
                / 2
            )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(values.values(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            rate = (step + 1 - done) * recipe.batch_size / (time.monotonic() - started)
            print(
                f"step {step + 1}/{len(batches)}  loss {sum(losses[-20:]) / 20:.3f}  {rate:.1f} examples/s", flush=True
            )
        if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == len(batches):
            keep(step + 1)
    save_file({name: value.detach().contiguous() for name, value in values.items()}, folder / "reader.safetensors")


def _batches(encoded: Sequence[Encoded], recipe: Recipe) -> Iterator[list[Encoded]]:
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
            pool.sort(key=lambda row: len(encoded[row].ids))
            batches += [pool[at : at + recipe.batch_size] for at in range(0, len(pool), recipe.batch_size)]
        draw.shuffle(batches)
        yield from ([encoded[row] for row in batch] for batch in batches)
        left, epoch = left - 1, epoch + 1


def _tensors(batch: Sequence[Encoded]) -> Iterator[Any]:
    import torch

    width = max(len(item.ids) for item in batch)
    for rows in ([item.ids for item in batch], [[1] * len(item.ids) for item in batch], [item.types for item in batch]):
        yield torch.tensor([row + [0] * (width - len(row)) for row in rows])
    yield torch.tensor([item.answers for item in batch])
    yield torch.tensor([item.start for item in batch])
    yield torch.tensor([item.end for item in batch])


if __name__ == "__main__":
    sys.exit(main())
