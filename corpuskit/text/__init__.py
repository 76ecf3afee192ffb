"""The kernels that stages share."""
