"""Train the default reranker: `python -m rag.rerankers.training.train FOLDER --squad FILE… --talks FOLDER…`.

FOLDER keeps a checkpoint, so that a run that was stopped can be resumed; the same seed gives the same order of
examples. The file that ships is `small.safetensors` in it. A GPU is used if torch finds one. Two CPU cores train on
about four examples a second in bfloat16, each a question with two passages of 200 tokens, with the embeddings frozen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from embeddings.types import Encoder
from rag.rerankers.training.data import (
    Example,
    Paragraph,
    split_by_article,
    squad_examples,
    squad_paragraphs,
    talk_examples,
)
from rag.rerankers.training.loss import late_interaction_loss
from rag.rerankers.training.ship import RESULT, SMALL, ship
from rag.rerankers.training.tokens import Encoded, Recipe, batches_of, encode, load_tokenizer
from rag.types import Document

CHECKPOINT = "checkpoint.safetensors"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, then write the file that ships."""
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
    passage_bias, sentence_bias = ship(recipe, apart or examples, folder)
    print(f"{folder / SMALL}: even at {passage_bias:.4f} for passages, {sentence_bias:.4f} for sentences", flush=True)
    return 0


def gather(
    paragraphs: Sequence[Paragraph], talks: Sequence[Path], encoder: Encoder, *, kept_apart: set[str], seed: int
) -> list[Example]:
    """All examples to train on, without the articles in `kept_apart`."""
    shown = [paragraph for paragraph in paragraphs if paragraph.article not in kept_apart]
    return [*squad_examples(shown, encoder), *_talks(talks, encoder, seed=seed)]


def _talks(folders: Sequence[Path], encoder: Encoder, *, seed: int) -> Iterator[Example]:
    from rag.passages import passages_of
    from rag.readers import open_readers
    from rag.readers.folders import transcripts_under
    from rag.transcript import parse

    files, _ = transcripts_under(folders)
    documents = []
    with open_readers() as read:
        for file in files:
            text, hints = read(file)
            documents.append(parse(text, source=file.name, path=file.as_posix(), hints=hints))

    def passages(document: Document) -> list[tuple[str, str]]:
        found = passages_of(document, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        return [(passage.asked, passage.text) for passage in found]

    yield from talk_examples(documents, passages, encoder, seed=seed)


def train(recipe: Recipe, examples: Sequence[Example], folder: Path) -> None:
    """Train, resuming from the checkpoint in `folder` if there is one; `reader.safetensors` there is the result.

    Exits if the checkpoint was made with other settings.
    """
    import torch
    from safetensors.torch import save_file

    from rag.rerankers.network import LateNetwork

    folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(recipe.seed)
    network = LateNetwork(Path(recipe.base)).to(device)
    values = network.trainable()
    for name, value in network.named_parameters():
        value.requires_grad_(name in values)
    tokenizer = load_tokenizer(Path(recipe.base))
    batches = list(batches_of([encode(tokenizer, example, recipe) for example in examples], recipe))
    optimizer, schedule = _optimizer(values, recipe, steps=len(batches))
    done = 0
    if (folder / CHECKPOINT).exists():
        done = _resume(folder, recipe, network, values, optimizer)
        for _ in range(done):
            schedule.step()
        print(f"goes on after step {done}", flush=True)
    network.train()
    started, losses = time.monotonic(), []
    for step in range(done, len(batches)):
        losses.append(_step(network, values, optimizer, batches[step], recipe.seed * 1_000_003 + step))
        schedule.step()
        if (step + 1) % 20 == 0:
            rate = (step + 1 - done) * recipe.batch_size / (time.monotonic() - started)
            mean = sum(losses[-20:]) / 20
            print(f"step {step + 1}/{len(batches)}  loss {mean:.3f}  {rate:.1f} examples/s", flush=True)
        if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == len(batches):
            _save(folder, recipe, values, optimizer, step + 1)
    save_file({name: value.detach().contiguous() for name, value in values.items()}, folder / RESULT)


def _step(network: Any, values: Mapping[str, Any], optimizer: Any, batch: Sequence[Encoded], seed: int) -> float:
    """One step of the optimizer; returns the loss. The seed makes dropout the same in a resumed run."""
    import torch

    torch.manual_seed(seed)
    loss = late_interaction_loss(network, batch, Random(seed), network.log_scale.device.type)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(values.values(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.item())


def _optimizer(values: Mapping[str, Any], recipe: Recipe, *, steps: int) -> tuple[Any, Any]:
    """AdamW, and a schedule that rises linearly during the warm-up and falls linearly to 0 at the last step."""
    import torch

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
    warm = max(1, int(recipe.warmup * steps))

    def share(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, share)


def _resume(folder: Path, recipe: Recipe, network: Any, values: Mapping[str, Any], optimizer: Any) -> int:
    """Load the checkpoint into the network and the optimizer; returns the number of steps done."""
    import torch

    from rag.rerankers.weights import load

    arrays, metadata = load(folder / CHECKPOINT)
    if json.loads(metadata["recipe"]) != asdict(recipe):
        sys.exit(f"{folder} holds a run with other settings: {metadata['recipe']}; give another folder")
    done = int(metadata["step"])
    kept = {name: torch.from_numpy(array).to(network.log_scale.device) for name, array in arrays.items()}
    network.load_state_dict({name: kept[name] for name in values}, strict=False)
    for name, value in values.items():
        optimizer.state[value] = {
            "step": torch.tensor(float(done)),
            "exp_avg": kept[f"m:{name}"],
            "exp_avg_sq": kept[f"v:{name}"],
        }
    return done


def _save(folder: Path, recipe: Recipe, values: Mapping[str, Any], optimizer: Any, step: int) -> None:
    """Write the checkpoint, whole or not at all: the weights and the optimizer's two moments of each."""
    from safetensors.torch import save_file

    tensors = {name: value.detach().clone() for name, value in values.items()}
    for name, value in values.items():
        tensors[f"m:{name}"] = optimizer.state[value]["exp_avg"].clone()
        tensors[f"v:{name}"] = optimizer.state[value]["exp_avg_sq"].clone()
    save_file(tensors, folder / f"{CHECKPOINT}.new", {"step": str(step), "recipe": json.dumps(asdict(recipe))})
    os.replace(folder / f"{CHECKPOINT}.new", folder / CHECKPOINT)


if __name__ == "__main__":
    sys.exit(main())
