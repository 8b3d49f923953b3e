"""The demo: a seeded population with known truth, its source systems' exports, and the way of all that to audiences.

Import the parts (``pipelines.demo.population``, ``pipelines.demo.posting``) where they are used: they load NumPy.
"""
