"""Diagnoses the installation and the store: what is wrong and how to fix it. Changes nothing by itself."""
