"""One person's data, wherever it lies. Each app registers what it holds; apps to come must, too (docs/privacy.md)."""
