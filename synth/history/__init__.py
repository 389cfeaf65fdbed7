"""How the report's headline figures moved over commits: from kept reports, nothing measured."""
