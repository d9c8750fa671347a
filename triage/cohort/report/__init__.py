"""One page of what a batch decided: counted block by block, masked on request, drawn, and written as HTML."""
