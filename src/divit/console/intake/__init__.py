"""Toplu form teslimi: the pile of paper at a desk."""
