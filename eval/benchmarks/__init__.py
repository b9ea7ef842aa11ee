"""Measurements that are run by hand, each a module with a command line; `make bench` runs the first two.

    speed           ingesting, asking, parsing; ratios and medians
    quality         measures of the bundled and of other question sets, by retrieval
    followups       ways to search for a follow-up question, side by side
    rerankers       rerankers on questions about one paragraph each (SQuAD 2.0)
    dependencies    what each dependency costs on disk and on import

Data that is not in the package comes from folders and files that are given as arguments. What is missing is left out.
"""
