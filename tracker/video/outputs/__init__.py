"""The output files of one run: plan them, resume those of an earlier run, write them."""
