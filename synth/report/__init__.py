"""The report: chapters, findings, cards, HTML, Markdown, README."""
