"""A generator of somebody else's: it imports nothing of onrecord's."""


class Headlines:
    """Each quote under the name of who said it."""

    def generate(self, request):
        for number, quote in enumerate(request.evidence, start=1):
            yield f"{quote.passage.speaker}: “{quote.text}” [{number}]\n\n"
