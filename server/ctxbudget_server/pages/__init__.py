"""Pages for people: a session, a replay, past runs, each as one HTML file that needs no network.

What is drawn are the protocol's own answers. Text from sessions is only ever data: Jinja escapes it in the HTML, JSON
in ASCII carries it into the script, and no part of a chart's definition is made of it.
"""
