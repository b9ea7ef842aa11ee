"""Confidence calibration: the map from signals to a confidence, and the file that keeps one with its archive.

    calibration.json    {"version": 1, "models": {fingerprint: {encoder, bias, coefficients, threshold, curve, …}}}

Signals of different models are not comparable, so an archive keeps a calibration for each model that one was fitted with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import exp, isfinite, log
from pathlib import Path
from typing import Any

from rag.errors import ArchiveError
from rag.text.files import write_whole
from rag.types import ConfidenceLevel, Signals

CALIBRATION_FILE = "calibration.json"
VERSION = 1
# As likely as not. Of 100 questions about 47 press conferences (5,482 passages), the first quote answered 36 of 38 with at
# least this confidence, 17 of 32 from the threshold to here, and 2 of 30 that were refused.
SURE = 0.5
_FIRST_SIGNALS = frozenset(Signals.__slots__) - {"relevance", "answer", "size"}  # every file has these


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What answering every question with at least this confidence gives."""

    threshold: float
    coverage: float  # share of the questions answered
    risk: float  # share of the answered ones whose first quote does not answer


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic map from signals to confidence, and the threshold below which a question is not answered.

    From the threshold to `sure`, the quotes are shown as the closest ones, which may not answer.

    `fitted_on` says on which questions, and `curve` what other thresholds would have given there.
    """

    bias: float
    coefficients: tuple[float, ...]
    threshold: float
    curve: tuple[CurvePoint, ...] = ()
    fitted_on: str = ""
    sure: float = SURE

    def confidence(self, signals: Signals) -> float:
        """Probability in (0, 1) that the first quote answers.

        >>> even = Calibration(bias=0.0, coefficients=(0.0,) * 10, threshold=0.3)
        >>> even.confidence(Signals(1, 1, 1, 1, 0, 0, 0))
        0.5
        """
        total = self.bias + sum(c * s for c, s in zip(self.coefficients, signals.as_list(), strict=True))
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))

    def level(self, confidence: float) -> ConfidenceLevel:
        """How far quotes of this confidence answer.

        >>> calibration = Calibration(bias=0.0, coefficients=(), threshold=0.3, sure=0.5)
        >>> [calibration.level(confidence) for confidence in (0.2, 0.4, 0.8)]
        ['not_on_record', 'unsure', 'answered']
        """
        if confidence < self.threshold:
            return "not_on_record"
        return "answered" if confidence >= self.sure else "unsure"


# Without a reranker: logistic regression on the bundled questions, on one real interview and on committee meetings, against
# the same questions put to an archive that is about something else: AUROC 0.96 to 0.99. It tells subjects apart; it does not
# see that a fact is absent from the right subject. `size` was added after that, from one collection searched in parts of 153
# to 3,740 passages: the log-odds of questions about something else grow by 0.56 for each unit, of answerable ones by 0.16.
DEFAULT_CALIBRATION = Calibration(
    bias=-4.29, coefficients=(6.08, 5.89, 1.29, 1.29, -1.01, -1.08, -0.99, 0.0, 0.0, -0.5), threshold=0.3
)


# With the trained reranker. Fitted on the same kind of questions, in two steps: a logistic regression on whether a question
# is answerable, which is what the threshold is for, with `size` set to what large archives need; then its log-odds on whether
# the first quote answers. The threshold refuses 5 % of the answerable questions it was fitted on. On held-out ones it refuses
# 4 %, and 93 % of questions about something else; the calibration above refuses 10 % and 88 %.
TRAINED_CALIBRATION = Calibration(
    bias=-0.677,
    coefficients=(1.504, 1.255, 0.164, -0.257, -0.461, -0.724, -0.338, 1.367, 0.873, -0.247),
    threshold=0.28,
)


def default_calibration(reader: str | None) -> Calibration:
    """The calibration that ships for a reranker, by its name; None means no reranker.

    >>> default_calibration("trained").threshold, default_calibration(None).threshold
    (0.28, 0.3)
    """
    return TRAINED_CALIBRATION if reader == "trained" else DEFAULT_CALIBRATION


def size_of(passages: int) -> float:
    """The number of searched passages as a signal, 0 or more: in a larger archive, unrelated questions match better.

    >>> size_of(50), round(size_of(1000), 2)
    (0.0, 2.3)
    """
    return log(max(passages, 100) / 100)


def fingerprint_with(encoder: str, reader: str) -> str:
    """The key of a calibration: the fingerprint of the encoder, and that of the reranker if there is one.

    >>> fingerprint_with("53aa51", ""), fingerprint_with("53aa51", "9c01")
    ('53aa51', '53aa51+9c01')
    """
    return f"{encoder}+{reader}" if reader else encoder


def load_calibration(path: Path, *, fingerprint: str) -> Calibration | None:
    """The calibration of one model, None if the file has none for it. Raises ArchiveError if it is damaged."""
    stored = _read(path)["models"].get(fingerprint)
    if stored is None:
        return None
    try:
        calibration = Calibration(
            bias=_number(stored["bias"]),
            # Older files have no coefficients for the rerankers' signals.
            coefficients=tuple(_number(stored["coefficients"].get(name, 0.0)) for name in Signals.__slots__),
            threshold=_share(stored["threshold"]),
            curve=tuple(CurvePoint(*(_share(value) for value in point)) for point in stored["curve"]),
            fitted_on=str(stored["fitted_on"]),
            sure=_share(stored.get("sure", SURE)),
        )
        if not _FIRST_SIGNALS <= set(stored["coefficients"]) <= set(Signals.__slots__):
            raise ValueError("coefficients of unknown signals")
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error
    return calibration


def save_calibration(path: Path, calibration: Calibration, *, encoder: str, fingerprint: str) -> None:
    """Keep a model's calibration beside those of others. Raises ArchiveError if the existing file is damaged."""
    content = _read(path)
    content["models"][fingerprint] = {
        "encoder": encoder,
        "bias": calibration.bias,
        "coefficients": dict(zip(Signals.__slots__, calibration.coefficients, strict=True)),
        "threshold": calibration.threshold,
        "curve": [[point.threshold, point.coverage, point.risk] for point in calibration.curve],
        "fitted_on": calibration.fitted_on,
        "sure": calibration.sure,
    }
    write_whole(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"version": VERSION, "models": {}}
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']!r}, not {VERSION}")
        if not isinstance(content["models"], dict):
            raise TypeError("'models' is no object")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    return content


def _damaged(path: Path, error: Exception) -> ArchiveError:
    return ArchiveError(
        f"{path} is damaged ({type(error).__name__}: {error}); delete it to go back to the default threshold, "
        "then run: onrecord eval calibrate QUESTIONS"
    )


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _share(value: Any) -> float:
    if not 0 <= _number(value) <= 1:
        raise ValueError(f"{value!r} is not between 0 and 1")
    return float(value)
