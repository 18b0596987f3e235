"""Methods `workflow/*`: phases and waves."""
