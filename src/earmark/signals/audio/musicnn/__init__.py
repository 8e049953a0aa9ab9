"""MusiCNN: a published network that hears what listeners would call a recording, made ready to run here.

Pons & Serra (2019), "musicnn: Pre-trained convolutional neural networks for music audio tagging"; Pons et al. (2018),
"End-to-end learning for music audio tagging at scale". Its weights come in the Python package ``musicnn`` (ISC licence,
Music Technology Group, Universitat Pompeu Fabra) as a checkpoint of TensorFlow's. It is read here without TensorFlow,
and written as ONNX.
"""
