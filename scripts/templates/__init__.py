"""Makes the report templates of packs/ from the texts beside it: how documents after Decree 30/2020/NĐ-CP are laid out.

    .venv/bin/python -m scripts.templates            all, or the codes named behind it

From then on a template is edited in Word; running this again overwrites what officers changed.
"""
