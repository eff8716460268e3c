"""A bank with a virtual POS: the NestPay ver3 hosted 3-D wire, its API and its own books."""
