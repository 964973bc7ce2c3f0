-- What keeps controls apart, scope and requirement, is a column alone; documents no longer hold it. Events keep what they said.
update controls set doc = replace(doc, ',"adoption":"' || adoption || '"', '') where adoption is not null;
