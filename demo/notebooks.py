"""Fills the homes of the demo with notebooks worth sharing.

    python demo/notebooks.py HOMES

Files that are there already stay as they are.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from matplotlib import pyplot as plt
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PLOT_SOURCE = """\
import math
from matplotlib import pyplot

days = range(1, 29)
visits = [120 + 40 * math.sin(day / 4) + 3 * day for day in days]
figure, axes = pyplot.subplots(figsize=(7, 3))
axes.plot(days, visits, marker='o')
axes.set_xlabel('day')
axes.set_ylabel('visits')"""

READ_SOURCE = """\
import csv

with open('survey.csv') as file:
    rows = list(csv.DictReader(file))
len(rows)"""

SURVEY = "station,species,count\n" + "".join(
    f"{station},{species},{3 * station + len(species)}\n"
    for station in range(1, 13)
    for species in ("robin", "wren", "blackbird")
)


def run_source(source: str) -> dict[str, str]:
    """Draws what `source` draws and gives it as the MIME bundle of an output."""
    plt.switch_backend("Agg")
    exec(source, {})  # noqa: S102  (the constant above)
    image = io.BytesIO()
    plt.savefig(image, format="png", dpi=100)
    plt.close("all")
    return {
        "image/png": base64.b64encode(image.getvalue()).decode("ascii"),
        "text/plain": "<Figure size 700x300 with 1 Axes>",
    }


def code(
    source: str, *outputs: nbformat.NotebookNode, count: int | None = None
) -> nbformat.NotebookNode:
    return new_code_cell(source, outputs=list(outputs), execution_count=count)


def notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    kernel = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def welcome() -> nbformat.NotebookNode:
    return notebook(
        new_markdown_cell(
            "# Welcome\n\nShare this notebook: press **Share** in its toolbar, "
            "choose *bob*, and sign in as bob in another browser or a private window."
        ),
        code("print('Hello from', 'alice')"),
        code("sum(range(10))"),
        new_markdown_cell("Type here together."),
    )


def visits() -> nbformat.NotebookNode:
    picture = new_output("display_data", data=run_source(PLOT_SOURCE))
    return notebook(
        new_markdown_cell(
            "# Visits\n\nFour weeks of visits, with the picture as it was drawn last."
        ),
        code(PLOT_SOURCE, picture, count=1),
        new_markdown_cell(
            r"The trend is about $3$ more visits a day: $v(d) = 120 + 3d$."
        ),
    )


def large_output() -> nbformat.NotebookNode:
    lines = "".join(f"line {number}: {'=' * (number % 60)}\n" for number in range(5000))
    table = "".join(
        f"<tr><td>{row}</td><td>{row * row}</td></tr>" for row in range(500)
    )
    return notebook(
        new_markdown_cell(
            "# Large outputs\n\nFive thousand lines, and a table of five hundred rows."
        ),
        code(
            "for number in range(5000):\n"
            "    print(f\"line {number}: {'=' * (number % 60)}\")",
            new_output("stream", name="stdout", text=lines),
            count=1,
        ),
        code(
            "from IPython.display import HTML\n"
            "HTML('<table>' + ''.join(f'<tr><td>{n}</td><td>{n * n}</td></tr>' "
            "for n in range(500)) + '</table>')",
            new_output(
                "execute_result",
                data={"text/html": f"<table>{table}</table>"},
                execution_count=2,
            ),
            count=2,
        ),
    )


def survey() -> nbformat.NotebookNode:
    return notebook(
        new_markdown_cell(
            "# Survey\n\nReads `survey.csv` beside it: the kernel runs in this folder."
        ),
        code(READ_SOURCE),
    )


def write(path: Path, content: str) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def main(homes: Path) -> None:
    files = {
        "alice/Welcome.ipynb": welcome,
        "alice/Visits.ipynb": visits,
        "alice/Large outputs.ipynb": large_output,
        "alice/survey/Survey.ipynb": survey,
        "bob/Notes of bob.ipynb": lambda: notebook(new_markdown_cell("# Notes of bob")),
    }
    for name, make in files.items():
        if not (homes / name).exists():
            write(homes / name, nbformat.writes(make()))
    write(homes / "alice/survey/survey.csv", SURVEY)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
