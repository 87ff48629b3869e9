# C comments as Doxygen's: those of their own, those behind a member, and no tags in the text.
s,^/\*\(.\),/**\1,
s,^\( *[A-Za-z].*[;,}0-9]  *\)/\* ,\1/**< ,
/^ \*/s,<\([a-z]\),\\<\1,g
