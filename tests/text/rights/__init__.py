"""Tests of what declares rights."""
