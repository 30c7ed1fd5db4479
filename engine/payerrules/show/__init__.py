"""Policies shown to people: as a page of English sentences, in Markdown or HTML, and as a flowchart, in SVG or Mermaid."""
