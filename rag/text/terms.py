"""Text → index terms, by language: stems where words are inflected, pairs of characters where they are not set apart.

English is analysed as everything unknown is. An archive's texts are analysed in the language of their document and a
question in every language that the archive has, so that a German question finds German answers and an English one is
none the worse for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

DEFAULT_LANGUAGE = "en"
_STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese", "ru": "russian"}
LANGUAGES = (*_STEMMERS, "uk", "zh")
HAN = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_HAN_RUN = re.compile(rf"[{HAN}]+")
# Endings of Ukrainian nouns, adjectives and verbs, longest first; there is no stemmer for it in Tantivy.
_UKRAINIAN_ENDINGS = sorted(
    "ами ями ові еві єві ого ому ими іми ами ість ості істю ах ях ів їв ам ям ою ею єю ий ій їй их іх ати ити ють уть ать ять ить "
    "ала ила али или ав ив є а я у ю і ї и е о ь".split(),
    key=len,
    reverse=True,
)
_FUNCTION_WORDS = {
    "en": frozenset(
        "a about after again all also am an and any are as at be because been before being but by can could did do does doing "
        "don't down during each few for from further had has have having he her here hers him his how i if in into is it its "
        "just me might more most my no nor not now of off on once only or other our out over own said same say says she should "
        "so some such than that the their them then there these they this those through to too under until up very was we "
        "were what when where which while who whom whose why will with would you your tell told think thinks talk talked "
        "anything something".split()
    ),
    "de": frozenset(
        "aber alle als also am an auch auf aus bei bin bis bist da dann das dass dem den der des die dies diese dieser doch du durch ein "
        "eine einem einen einer er es für gegen hat haben hatte ich ihr ihre im in ist ja kann mit nach nicht noch nur oder sagte sagen "
        "sein seine sich sie sind so über um und uns unter vom von vor war waren warum was wann wie wird wo wer welche welcher wir wurde zu zum zur".split()
    ),
    "fr": frozenset(
        "au aux avec ce ces cette comme comment dans de des dit dire du elle en est et être eu il ils je la le les leur lui mais me "
        "même mon ne nous on ou où par pas pour pourquoi qu quand que quel quelle quelles quels qui sa sans se ses son sont sur te un une vous à été avait avez".split()
    ),
    "es": frozenset(
        "a al como con cómo cuando cuándo cual cuál cuáles de del dijo dice donde dónde el ella en era es esta este esto fue ha han hay la las le lo "
        "los más me mi no nos o para pero por porque qué que quién quien se ser si sin sobre son su sus también un una uno usted y ya".split()
    ),
    "pt": frozenset(
        "a ao aos as com como da das de disse do dos e ela ele em era essa esse esta este eu foi há isso mais mas na nas no nos não o os ou "
        "para pela pelo por porque qual quais quando que quem se sem ser seu sua são também tem um uma você onde à".split()
    ),
    "ru": frozenset(
        "а без бы был была были было в вам вас все всё вы где да для до его ее её если есть еще ещё же за и из или им их к как какая какие какой "
        "когда кто ли мне мы на не него нет ни но о об он она они от по почему при с сказал сказала со так также там то только у уже что чем это этот я".split()
    ),
    "uk": frozenset(
        "а без був була були було в вам вас ви все всі де для до його її же за з зі і із їх й як яка яке які який коли ми мені на не ні але о об він вона вони "
        "від по при про сказав сказала так також там те тільки у хто це цей чи чим чому що щоб я та".split()
    ),
    "zh": frozenset("的 了 是 在 吗 呢 什么 怎么 如何 为什么 谁 哪 和 与 他 她 我 你 说".split()),
}
FUNCTION_WORDS = _FUNCTION_WORDS[DEFAULT_LANGUAGE]


def content_words(text: str, languages: Sequence[str] = (DEFAULT_LANGUAGE,)) -> list[str]:
    """The words of a text that carry its matter; all of them where there are no others.

    >>> content_words("What did she say about the harbour?")
    ['harbour']
    >>> content_words("Was hat sie über den Hafen gesagt?", ["en", "de"])
    ['hafen', 'gesagt']
    """
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())
    # The language is the one whose small words the text has most of.
    small = max((_FUNCTION_WORDS[code] for code in languages), key=lambda known: sum(word in known for word in words))
    return [word for word in words if word not in small] or words


def known_language(language: str | None) -> str:
    """The language that texts in `language` are analysed as."""
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def terms_of(text: str, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """The index terms of a text.

    >>> terms_of("The harbours"), terms_of("Die Häfen", "de"), terms_of("海边的船", "zh")
    (['the', 'harbour'], ['die', 'haf'], ['海边', '边的', '的船'])
    """
    if language == "zh" or _HAN_RUN.search(text):
        return [term for word in re.findall(rf"[{HAN}]+|[^\W_{HAN}]+", text) for term in _chinese(word)]
    if language == "uk":
        return [_ukrainian(word) for word in _analyzer("plain").analyze(text)]
    stems: list[str] = _analyzer(_STEMMERS[language]).analyze(text)
    return stems


def readings_of(text: str, languages: Sequence[str]) -> list[tuple[str, ...]]:
    """Each term of a text with its forms in every language, one a piece where all agree.

    >>> readings_of("Häfen", ["en", "de"])
    [('hafen', 'haf')]
    """
    columns = [terms_of(text, language) for language in languages]
    if len({len(column) for column in columns}) > 1:
        return [(term,) for column in columns for term in column]
    return [tuple(dict.fromkeys(row)) for row in zip(*columns, strict=True)]


def _chinese(word: str) -> list[str]:
    if not _HAN_RUN.fullmatch(word):
        return terms_of(word)
    return [word] if len(word) == 1 else [word[at : at + 2] for at in range(len(word) - 1)]


def _ukrainian(word: str) -> str:
    ending = next((each for each in _UKRAINIAN_ENDINGS if word.endswith(each) and len(word) - len(each) >= 3), "")
    return word.removesuffix(ending) if ending else word


@cache
def _analyzer(stemmer: str) -> Any:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    return (builder if stemmer == "plain" else builder.filter(tantivy.Filter.stemmer(stemmer))).build()


def encodable(text: str) -> str:
    """A text without halves of characters: terminals and models hand them over, and no tokenizer takes them.

    >>> encodable("Ah \\ud83d.")
    'Ah ?.'
    """
    return text.encode("utf-8", "replace").decode("utf-8")
