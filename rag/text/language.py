"""Which language a text is in: by its script if that is enough, else by py3langid."""

from __future__ import annotations

import re

_SAMPLE_CHARS = 500
_LEAST_LETTERS = 40  # fewer tell nothing


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language; None if the text is too short to tell.

    >>> language_of("Guten Abend, meine Damen und Herren, wie geht es Ihnen heute?"), language_of("我们去了海边，看见了船。大家都很高兴，也很累，然后回家了。第二天早上又下雨了，谁也没有出门，都在家里。")
    ('de', 'zh')
    """
    sample = _sample(text)
    letters = len(re.sub(r"[\W\d_]+", "", sample))
    if letters < _LEAST_LETTERS:
        return None
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    kana = len(re.findall(r"[\u3040-\u30ff]", sample))
    if han + kana > 0.3 * letters:
        return "ja" if kana > 0.1 * (han + kana) else "zh"
    import py3langid

    code: str = py3langid.classify(sample)[0]
    return code


def _sample(text: str) -> str:
    """Letters from the text's beginning and middle; addresses and mark-up belong to no language."""
    middle = len(text) // 2
    piece = (
        text if len(text) <= 2 * _SAMPLE_CHARS else text[:_SAMPLE_CHARS] + " " + text[middle : middle + _SAMPLE_CHARS]
    )
    return re.sub(r"https?://\S+|[*_#`<>\[\]]", " ", piece)[: 2 * _SAMPLE_CHARS]
