"""Studies: arms that differ in one named thing, run on equal terms, compared in pairs with intervals."""
