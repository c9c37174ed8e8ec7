"""Make `brief_embeddings.npz`: `python -m agent.research.data.build_embeddings`, after any change to a brief."""

from pathlib import Path

from agent.research.search.corpus import load_briefs
from agent.research.search.embedding import open_embedder
from agent.research.search.retrieval import EMBEDDINGS
from agent.research.search.vectors import compute_vectors, load_vectors, save_vectors


def main() -> None:
    path = Path(__file__).with_name(EMBEDDINGS)
    briefs = load_briefs()
    vectors = compute_vectors(briefs, open_embedder(), known=load_vectors(path))
    save_vectors(path, vectors)
    print(f"{path.name}: {len(briefs)} briefs, {len(vectors.sentences)} sentences, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
