from corpuskit.text.html.raw_markup import single_line
AUTHORS = ("author", "article:author", "citation_author", "dc.creator", "dcterms.creator", "parsely-author")
def page_author(source, values, names, titles):
    for n in AUTHORS:
        v=single_line(values.get(n,''))
        if v and not v.startswith(("http://","https://","//","@","/")): return v
    return ", ".join(names)
