"""Search over documents that were published: `chunk` packs them, `index` keeps them in one file, `search` asks it."""
