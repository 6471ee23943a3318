"""What happened to a person's records, told in the app and once a day by letter, with the reason and an off switch.

It knows whom a letter could not reach. It never says anything that the person's own pages would not."""
