"""Types a school makes itself, without code: drafts, published versions, and how every worker learns of them."""
