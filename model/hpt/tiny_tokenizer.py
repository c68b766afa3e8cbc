"""A small byte-level BPE tokenizer in Qwen2's format, trained on sentences of this file's own making."""

import itertools
import string

from tokenizers import Tokenizer

import byte_tokenizer

VOCABULARY = 768

PEOPLE = ("man", "woman", "person", "pedestrian", "boy", "girl")
COLOURS = ("red", "blue", "black", "white", "green", "grey", "yellow", "brown")
CLOTHES = ("cap", "coat", "shirt", "jacket", "skirt", "trousers", "shoes", "backpack", "bag", "dress", "jeans", "hat")

SENTENCES = (
    "Someone crosses the street near the station entrance while another waits at the traffic light.",
    "Two people were talking beside the escalator, then left together towards the parking garage.",
    "An elderly gentleman with glasses and a grey beard pushes a bicycle along the pavement.",
    "The camera above the corridor saw him on Tuesday afternoon between twelve and six o'clock.",
    "She carries an umbrella in her left hand and a plastic shopping bag in her right hand.",
    "Her hair is long and dark; she wears sunglasses, a striped scarf and high leather boots.",
    "His sleeves are short, his trousers are loose, and there is a large logo printed on the back.",
    "I don't think it's him: they're similar, but we've never seen this jacket before.",
    "Compare the clothes, the hairstyle, the body shape and whatever the person is holding.",
    "List every attribute that you can recognise: gender, age, upper body, lower body, accessories.",
    "Choose the candidate that matches the description best, and say how certain you are.",
    "If none of the candidates matches, answer None. Otherwise answer with the label of the candidate.",
    "The query picture was taken by camera three; the gallery pictures come from other cameras.",
    "Explain briefly why these images might show different individuals despite similar colours.",
    "A child in a purple hoodie is running behind the crowd, holding a bright orange balloon.",
    "Ein Mann mit roter M\u00fctze geht \u00fcber die Stra\u00dfe. Une femme porte un manteau \u00e9l\u00e9gant.",
    "\u4e00\u4e2a\u7a7f\u7ea2\u8272\u4e0a\u8863\u7684\u884c\u4eba\u3002\u8fd9\u662f\u540c\u4e00\u4e2a\u4eba\u5417\uff1f",
)


def corpus() -> list[str]:
    """A few thousand short sentences about pedestrians and the questions asked about them."""
    lines = []
    for person, colour, piece in itertools.product(PEOPLE, COLOURS, CLOTHES):
        lines += [
            f"A {person} in a {colour} {piece} is walking past the camera.",
            f"The {person} wears a {colour} {piece} and carries a bag.",
            f"Is the {person} with the {colour} {piece} the same person as in Picture 1? Answer Yes or No.",
        ]
    lines += [
        "You are a helpful assistant.",
        "Which picture shows the same person? Answer with one letter.",
        "Describe the person in this picture.",
        "Do these two pictures show the same person?",
        "What do both pictures have in common, and what is different?",
        "Yes", "No", " Yes", " No", "Yes, the same person.", "No, not the same person.",
        "system\nuser\nassistant\n",
    ] * 200
    lines += SENTENCES * 3
    lines += [f"Picture {number}: the candidate {letter}." for number in range(1, 21) for letter in "ABCDEFGHIJKLMNOPQRST"]
    return lines


def train() -> Tokenizer:
    """VOCABULARY tokens, control tokens included; the letters, Yes and No are one token each."""
    return byte_tokenizer.train(corpus(), VOCABULARY, ("Yes", "No", *string.ascii_letters))
