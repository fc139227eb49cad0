"""Commands that run other commands: taken off layer by layer, by tables of facts."""

from opslint.resolve.wrappers.form import Peel
from opslint.resolve.wrappers.naming import Words, named
from opslint.resolve.wrappers.peel import MAX_LAYERS, layers_of, peel

__all__ = ["MAX_LAYERS", "Peel", "Words", "layers_of", "named", "peel"]
