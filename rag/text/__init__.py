"""What a text is made of: language, words, sentences, numbers; what a question asks; the chunks it is cut into."""
