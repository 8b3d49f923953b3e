"""Pictures of people: the graph of a person's records as SVG, and a page around it that needs nothing else."""
