"""Writes the table of what run.py measured, in Markdown: a summary, what fails by message, and every model.

    python3 benchmarks/families/table.py OUT [--summary]
"""

import argparse
import collections
import pathlib
import statistics

import run
import verdict
import zoo

WORDS = ("ok", "wrong", "refused", "failed", "died", "export failed")


def rows_of(out):
    """Each measured form: identity, form, verdict, message, numbers, reference."""
    for entry in zoo.entries():
        identity = f"{entry['library']}/{entry['model']}"
        reference = verdict.read(out / identity / "reference.json")
        for form in run.ALL_FORMS:
            found = verdict.verdict(out / identity / form)
            if found is not None:
                yield identity, form, *found, reference


def line(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def summary(rows):
    """Counts per library and form."""
    counts = collections.defaultdict(collections.Counter)
    for identity, form, word, *_ in rows:
        counts[(identity.split("/")[0], form)][word] += 1
    yield line("library", "form", *WORDS)
    yield line(*["---"] * (2 + len(WORDS)))
    for (library, form), words in counts.items():
        yield line(library, form, *(words[word] or "" for word in WORDS))


def errors(rows):
    """By library and exporter: what is right of the files, medians of their median errors, and the worst of them."""
    yield line(
        *("library", "exporter", "right", "of", "logits", "PyTorch float32", "gradients", "PyTorch float32"),
        *("worst gradient", "PyTorch float32", "of"),
    )
    yield line(*["---"] * 11)
    groups = collections.defaultdict(list)
    for row in rows:
        if row[2] != "export failed":
            groups[(row[0].split("/")[0], row[1].rpartition("-")[0])].append(row)
    for (library, exporter), files in groups.items():
        right = [row for row in files if row[2] == "ok"]
        if not right:
            continue
        medians = [
            statistics.median(of[name]["median"] for of in sides)
            for name in ("logits", "gradients")
            for sides in ([row[4] for row in right], [row[5]["float32"] for row in right])
        ]
        worst = max(right, key=lambda row: row[4]["gradients"]["median"])
        ends = (worst[4]["gradients"]["median"], worst[5]["float32"]["gradients"]["median"])
        numbers = (f"{number:.1e}" for number in (*medians, *ends))
        yield line(library, exporter, len(right), len(files), *numbers, worst[0].split("/")[1])


def failures(rows, words):
    """Messages by the number of models that meet them."""
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for identity, form, word, message, *_ in rows:
        if word in words:
            groups[(word, verdict.kind_of(message) if word != "wrong" else "numbers differ")][identity].append(form)
    yield line("models", "forms", "verdict", "message", "where")
    yield line(*["---"] * 5)
    for (word, kind), models in sorted(groups.items(), key=lambda item: -len(item[1])):
        where = ", ".join(f"{identity.split('/')[1]} ({' '.join(forms)})" for identity, forms in models.items())
        count = sum(map(len, models.values()))
        yield line(len(models), count, word, kind.replace("|", "\\|"), where)


def every(rows):
    """One line a form."""
    yield line("model", "form", "verdict", "logits", "PyTorch", "gradients", "PyTorch", "ms a gradient", "batch")
    yield line(*["---"] * 9)
    for identity, form, word, message, numbers, reference in rows:
        cells = []
        for name in ("logits", "gradients"):
            found = numbers.get(name)
            own = reference["float32"][name]["median"]
            cells += ["" if found is None else f"{found['median']:.1e}", f"{own:.1e}"]
        said = word if word == "ok" else f"{word}: {' '.join(message.split())[:160]}".replace("|", "\\|")
        milliseconds = numbers.get("msPerGradient")
        batch = "" if numbers.get("openMs") is None else numbers.get("fixedBatch", "any")
        yield line(identity, form, said, *cells, "" if milliseconds is None else f"{milliseconds:.1f}", batch)


def section(title, lines):
    return [f"## {title}", "", *lines, ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--summary", action="store_true", help="without the list of every model")
    options = parser.parse_args()
    rows = list(rows_of(options.out))
    text = section("Counts", summary(rows)) + section("Relative L2 errors against float64", errors(rows))
    text += section("What is not right", failures(rows, ("wrong", "refused", "failed", "died")))
    text += section("What the exporters do not give", failures(rows, ("export failed",)))
    if not options.summary:
        text += section("Every model", every(rows))
    print("\n".join(text))


if __name__ == "__main__":
    main()
