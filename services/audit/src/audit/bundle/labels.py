"""Words that stand in a bundle's page for what cannot be read."""

ERASED, SEALED = "«\u202feffacé\u202f»", "«\u202fscellé\u202f»"
