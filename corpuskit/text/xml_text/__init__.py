"""Text of trees of XML: papers in JATS and chapters in XHTML."""
