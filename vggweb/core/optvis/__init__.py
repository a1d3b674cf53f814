"""What a filter likes: pictures that excite one filter, a mix of two, or a class (activation maximisation).

Four questions, four files: `param` how a picture is held, `transforms` what it must withstand, `objectives` what
is climbed, `render` how it is drawn. `natural` and `classic` are the two recipes, `ascent` their common shape.
`recipes` and `drawing` hold words and numbers and do not load TensorFlow.
"""
