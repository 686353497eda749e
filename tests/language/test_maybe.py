"""Containers and objects that may be None: on one path, as a default, as what a lookup answers."""

from tests.cases import Programs

programs = Programs()


class Cached:
    def __init__(self, x):
        self.x = x
        self.next = None
        self.cache = None

    def value(self):
        if self.cache is None:
            self.cache = self.x**2
        return self.cache


class Tree:
    def __init__(self, v):
        self.v = v
        self.kids = None

    def add(self, v):
        if self.kids is None:
            self.kids = []
        self.kids.append(Tree(v))

    def total(self):
        t = self.v
        if self.kids is not None:
            for kid in self.kids:
                t += kid.total() * self.v
        return t


@programs.at((2.0,))
def an_attribute_that_caches(x):
    o = Cached(x)
    return o.value() * o.value() * o.x


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def an_attribute_that_links(x, k):
    a = Cached(x)
    if k:
        a.next = Cached(x * x)
    t = a.x
    n = a.next
    if n is not None:
        t = t * n.x**2
    return t


@programs.at((2.0, [1, 0, 2]), argnums=0)
def a_tree_whose_list_of_children_is_made_late(x, ks):
    tree = Tree(x)
    for k in ks:
        if k:
            tree.add(x * k)
    return tree.total()


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def a_list_made_on_one_path_or_the_other(x, k):
    a = None
    if k:
        a = [x]
    if a is None:
        a = [x, x * x]
    a[0] = a[0] * x
    a.append(a[0])
    return sum(a)


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def a_dict_made_in_the_first_trip(x, k):
    d = None
    for i in range(3):
        if d is None:
            d = {}
        d[i] = x * i
        if k and i in d:
            d[i] = d[i] * x
    return d[2] * d[1]


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def a_tuple_or_none(x, k):
    r = (x, [x * x]) if k else None
    if r is None:
        return x
    a, b = r
    b[0] = b[0] * a
    return b[0] * r[1][0]


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def what_dict_get_answers(x, k):
    d = {i: [x * i] for i in range(k + 1)}
    r = d.get(1)
    s = d.get(0, [x])
    return (r[0] ** 2 if r is not None else x) + s[0]


test_gradient = programs.test()
