"""Tests that click through the running demo as a person would, and the recording of it.

They know its addresses, what its pages say and do, and nothing of its code: no Django is set up here.
"""
