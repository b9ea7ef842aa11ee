"""Train the reader: `python -m rag.rerankers.training.train FOLDER --squad FILE… --talks FOLDER…`.

FOLDER keeps the checkpoints, so that a run that was stopped goes on where it was; the same seed gives the same order of
examples. What can be shipped is `small.safetensors` there. Takes the GPU where torch finds one. On two CPU cores, about four examples a second in bfloat16, each a question
with two passages of 200 tokens, with the embeddings frozen.

The loss is the cross-entropy of late interaction (Khattab and Zaharia, 2020) over what might answer a question: the passages
of the whole batch, the questions' near ones included; and, where it is known, the sentences of the passage that does.
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

import numpy as np

from embeddings.types import Encoder, Span
from rag.rerankers.training.data import (
    Example,
    Paragraph,
    split_by_article,
    squad_examples,
    squad_paragraphs,
    talk_examples,
)
from rag.text.sentences import split_sentences
from rag.types import Document

CHECKPOINT, RESULT = "checkpoint.safetensors", "reader.safetensors"
SMALL = "small.safetensors"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; kept beside its checkpoints, and the same when it goes on."""

    base: str
    epochs: float = 1.5
    batch_size: int = 16
    learning_rate: float = 3e-5
    head_learning_rate: float = 1e-3  # how much each token counts is learnt from nothing
    warmup: float = 0.08  # share of the steps
    weight_decay: float = 0.01
    max_question_tokens: int = 64
    max_tokens: int = 200
    held_out: float = 0.1  # share of the articles
    seed: int = 7
    checkpoint_every: int = 50  # steps


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as tokens. `sentences` are ranges of the passage's tokens, `gold` those of them that hold the answer."""

    question: list[int]
    passage: list[int]
    sentences: list[Span]
    gold: list[int]
    others: list[list[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m rag.rerankers.training.train", description="Train the reader.")
    parser.add_argument("folder", type=Path, help="where checkpoints and the result are kept")
    parser.add_argument("--squad", type=Path, nargs="+", required=True, help="SQuAD 1.1 or 2.0 files")
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
    from embeddings.encoders import load_encoder
    from embeddings.models import locate

    folder, squad, talks = given.pop("folder"), given.pop("squad"), given.pop("talks")
    recipe = Recipe(base=str(locate().folder), **given)
    paragraphs = [paragraph for path in squad for paragraph in squad_paragraphs(path)]
    kept_apart = split_by_article((p.article for p in paragraphs), held_out=recipe.held_out, seed=recipe.seed)
    encoder = load_encoder()
    examples = gather(paragraphs, talks, encoder, kept_apart=kept_apart, seed=recipe.seed)
    print(f"{len(examples)} examples; kept apart: {', '.join(sorted(kept_apart))}", flush=True)
    train(recipe, examples, folder)
    apart = list(squad_examples([p for p in paragraphs if p.article in kept_apart], encoder))
    even, even_sentence = ship(recipe, apart or examples, folder)
    print(f"{folder / SMALL}: even at {even:.4f} for passages, {even_sentence:.4f} for sentences", flush=True)
    return 0


def gather(
    paragraphs: Sequence[Paragraph], talks: Sequence[Path], encoder: Encoder, *, kept_apart: set[str], seed: int
) -> list[Example]:
    """All examples to train on."""
    shown = [paragraph for paragraph in paragraphs if paragraph.article not in kept_apart]
    return [*squad_examples(shown, encoder), *_talks(talks, encoder, seed=seed)]


def _talks(folders: Sequence[Path], encoder: Encoder, *, seed: int) -> Iterator[Example]:
    from rag.passages import passages_of
    from rag.readers import opened
    from rag.text.files import transcripts_under
    from rag.transcript import parse

    files, _ = transcripts_under(folders)
    documents = []
    with opened() as read:
        for file in files:
            text, hints = read(file)
            documents.append(parse(text, source=file.name, path=file.as_posix(), hints=hints))

    def passages(document: Document) -> list[tuple[str, str]]:
        found = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        return [(passage.asked, passage.text) for passage in found]

    yield from talk_examples(documents, passages, encoder, seed=seed)


def encode(tokenizer: Any, example: Example, recipe: Recipe) -> Encoded:
    """An example as tokens; of a long question the end is kept, of a long passage the beginning."""
    question = tokenizer.encode(example.question).ids
    if len(question) > recipe.max_question_tokens:
        question = [question[0], *question[1 - recipe.max_question_tokens :]]
    passage = tokenizer.encode(example.passage)
    read = passage.offsets[: recipe.max_tokens - 1]
    sentences: list[Span] = []
    gold: list[int] = []
    for start, end in split_sentences(example.passage) if example.spans else []:
        inside = [row for row, (a, z) in enumerate(read) if a >= start and z <= end and z > a]
        if inside:
            if any(start <= a and z <= read[inside[-1]][1] for a, z in example.spans or ()):
                gold.append(len(sentences))
            sentences.append((inside[0], inside[-1] + 1))
    others = [_cut(tokenizer.encode(text).ids, recipe.max_tokens) for text in example.others]
    return Encoded(question, _cut(passage.ids, recipe.max_tokens), sentences, gold, others)


def _cut(ids: list[int], most: int) -> list[int]:
    return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]


def train(recipe: Recipe, examples: Sequence[Example], folder: Path) -> None:
    """Train, going on from the last checkpoint in `folder`; `reader.safetensors` there is the result."""
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer

    from rag.rerankers.network import LateNetwork
    from rag.rerankers.weights import load

    folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(recipe.seed)
    network = LateNetwork(Path(recipe.base)).to(device)
    values = network.trainable()
    for name, value in network.named_parameters():
        value.requires_grad_(name in values)
    tokenizer = Tokenizer.from_file(str(Path(recipe.base) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoded = [encode(tokenizer, example, recipe) for example in examples]
    batches = list(_batches(encoded, recipe))
    head = values["weight.weight"]
    decayed = [value for value in values.values() if value.ndim > 1 and value is not head]
    plain = [value for value in values.values() if value.ndim < 2]
    optimizer = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": recipe.weight_decay},
            {"params": plain, "weight_decay": 0.0},
            {"params": [head], "weight_decay": 0.0, "lr": recipe.head_learning_rate},
        ],
        lr=recipe.learning_rate,
    )
    warm = max(1, int(recipe.warmup * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (len(batches) - step) / max(1, len(batches) - warm)))
    )
    named = {id(value): name for name, value in values.items()}
    done = 0
    if (folder / CHECKPOINT).exists():
        arrays, metadata = load(folder / CHECKPOINT)
        if json.loads(metadata["recipe"]) != asdict(recipe):
            sys.exit(f"{folder} holds a run with other settings: {metadata['recipe']}; give another folder")
        done = int(metadata["step"])
        kept = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
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
        metadata = {"step": str(step), "recipe": json.dumps(asdict(recipe))}
        save_file(tensors, folder / f"{CHECKPOINT}.new", metadata)
        os.replace(folder / f"{CHECKPOINT}.new", folder / CHECKPOINT)

    network.train()
    started, losses = time.monotonic(), []
    for step in range(done, len(batches)):
        draw = Random(recipe.seed * 1_000_003 + step)
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # dropout, the same when a run goes on
        loss = _loss(network, batches[step], draw, device)
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
    save_file({name: value.detach().contiguous() for name, value in values.items()}, folder / RESULT)


def _loss(network: Any, batch: Sequence[Encoded], draw: Random, device: str) -> Any:
    """Mean over the questions of -log p(passage | question), and of -log p(sentences with the answer | passage)."""
    import torch

    passages = [item.passage for item in batch] + [draw.choice(item.others) for item in batch if item.others]
    with torch.autocast(device, torch.bfloat16):
        asked, weights, counted = _read(network, [item.question for item in batch], device)
        told, _, holds = _read(network, passages, device)
    weights = weights * counted
    weights = weights / weights.sum(1, keepdim=True)
    cosines = torch.einsum("qtd,psd->qpts", asked, told)  # every question's tokens with every passage's
    cosines = cosines.masked_fill(~holds[None, :, None, :], -1.0)
    scale = network.log_scale.exp()
    scores = scale * (cosines.amax(-1) * weights[:, None, :]).sum(-1)  # (questions, passages)
    same = torch.tensor(
        [
            [at != row and passage == item.passage for at, passage in enumerate(passages)]
            for row, item in enumerate(batch)
        ]
    ).to(device)
    loss = torch.nn.functional.cross_entropy(scores.masked_fill(same, -1e4), torch.arange(len(batch)).to(device))
    parts = []
    for row, item in enumerate(batch):
        if item.gold and len(item.sentences) > 1:
            best = torch.stack([cosines[row, row, :, start:end].amax(-1) for start, end in item.sentences])
            scored = scale * (best * weights[row]).sum(-1)  # (sentences,)
            parts.append(scored.logsumexp(0) - scored[item.gold].logsumexp(0))
    return loss + torch.stack(parts).mean() if parts else loss


def _read(network: Any, rows: Sequence[list[int]], device: str) -> tuple[Any, Any, Any]:
    """(vectors, weights, which tokens are words) of texts padded to one length; their first and last token are marks."""
    import torch

    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    words = torch.tensor([[0 < at < len(row) - 1 for at in range(width)] for row in rows])
    vectors, weights = network(ids.to(device), mask.to(device))
    return vectors, weights, words.to(device)


def ship(recipe: Recipe, apart: Sequence[Example], folder: Path) -> tuple[float, float]:
    """Write the small file: what training changed, and the scores at which a passage and a sentence are even.

    They are returned too, and fitted on examples kept `apart`: each question with its passage and the nearest other one,
    and with every sentence of its passage.
    """
    import torch
    from safetensors.numpy import load_file, save_file
    from tokenizers import Tokenizer

    from embeddings.models import locate
    from rag.rerankers.network import LateNetwork
    from rag.rerankers.weights import pack

    network = LateNetwork(Path(recipe.base)).eval()
    # Copies: loading what was trained writes into the tensors of the network.
    base = {name: value.numpy().copy() for name, value in network.state_dict().items() if name.startswith("base.")}
    trained = load_file(folder / RESULT)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in trained.items()}, strict=False)
    tokenizer = Tokenizer.from_file(str(Path(recipe.base) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    passages: list[tuple[float, bool]] = []
    sentences: list[tuple[float, bool]] = []
    for example in apart:
        item = encode(tokenizer, example, recipe)
        with torch.no_grad():
            vectors, weights, words = _read(network, [item.question, item.passage, *item.others[:1]], "cpu")
        counted = weights[0][words[0]] / weights[0][words[0]].sum()
        cosines = (vectors[0][words[0]] @ vectors[1:].mT).masked_fill(~words[1:, None, :], -1.0)
        passages += [(float(each.amax(1) @ counted), row == 0) for row, each in enumerate(cosines)]
        sentences += [
            (float(cosines[0][:, start:end].amax(1) @ counted), number in item.gold)
            for number, (start, end) in enumerate(item.sentences)
        ]
    scale = network.log_scale.exp().item()
    even = even_score(passages, scale=scale), even_score(sentences, scale=scale)
    metadata = {"base_sha256": locate(recipe.base).fingerprint, "even": repr(even[0]), "even_sentence": repr(even[1])}
    save_file(pack(trained, base), folder / SMALL, metadata)
    return even


def even_score(scored: Sequence[tuple[float, bool]], *, scale: float) -> float:
    """Where log-odds of `scale` a unit are 0, for scores and whether they were right: as many are expected as there are.

    >>> round(even_score([(0.8, True), (0.7, True), (0.6, False), (0.5, False)], scale=40.0), 3)
    0.65
    """
    scores, right = np.asarray([score for score, _ in scored]), sum(was for _, was in scored)
    low, high = float(scores.min()), float(scores.max())
    for _ in range(60):  # halving: the higher the even score, the fewer are expected to be right
        middle = (low + high) / 2
        expected = float((1 / (1 + np.exp(-scale * (scores - middle)))).sum())
        low, high = (middle, high) if expected > right else (low, middle)
    return (low + high) / 2


def _batches(encoded: Sequence[Encoded], recipe: Recipe) -> Iterator[list[Encoded]]:
    """Batches in an order drawn by the seed, epoch after epoch."""
    left = recipe.epochs
    epoch = 0
    while left > 0:
        order = list(range(len(encoded)))
        Random(recipe.seed + epoch).shuffle(order)
        order = order[: round(min(left, 1.0) * len(order))]
        yield from (
            [encoded[row] for row in order[at : at + recipe.batch_size]]
            for at in range(0, len(order) - recipe.batch_size + 1, recipe.batch_size)
        )
        left, epoch = left - 1, epoch + 1


if __name__ == "__main__":
    sys.exit(main())
