"""Images that pipelines build and services they start: what runs inside them."""
