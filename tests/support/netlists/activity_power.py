"""Power as a tool has it that knows each net's density and duty and nothing of how they combine.

That is what OpenSTA makes of a VCD: the probability of a state is the product of its pins' own;
an output's arc is weighted by its input's density times the probability that the output depends
on that input, among the arcs of its supply; a table without ``when`` always counts; a clock has
the transition time that the script gives it.
Written from its documentation and behaviour, apart from the code under test, whose states are
counted together.
"""

from itertools import product

import numpy as np

from lmul.synth.gatesim.bit_parallel import ones_in
from lmul.synth.mapping.cell_netlist import ONE, ZERO

CLOCK_DENSITY = 2.0  # changes a cycle


def energy_per_cycle(netlist, values, toggles, conditions, voltage):
    """fJ a cycle of all cells, leakage left out; (switching, internal, clock)."""
    density = toggles.nets / toggles.steps
    duty = np.array([ones_in(v) / (v.size * 64) for v in values])
    duty[ZERO], duty[ONE] = 0, 1
    if netlist.clock is not None:
        density[netlist.clock], duty[netlist.clock] = CLOCK_DENSITY, 0.5
    sums = np.zeros(3)
    for one in netlist.instances:
        duties = {pin: duty[net] for pin, net in one.pins.items()}
        state = one.cell.state
        outputs = {p.name: p for p in one.cell.outputs}
        for name, pin in outputs.items():
            if name not in duties and state is not None:
                other = next(o for o in outputs if o in duties)
                same = pin.function.text == outputs[other].function.text
                duties[name] = duties[other] if same else 1 - duties[other]
        for pin in one.cell.pins.values():
            net = one.pins.get(pin.name)
            if net is None:
                continue
            if pin.direction == "output":
                load = float(conditions.loads[net])
                sums[0] += load * voltage**2 / 2 * density[net]
                sums[1] += density[net] * output_energy(
                    one, pin, load, duties, density, netlist, conditions
                )
            elif net > ONE:
                slew = conditions.slew(net)
                spent = sum(
                    mean(arc, slew, 0) * (probability(arc.when, duties) if arc.when else 1)
                    for arc in pin.power
                )
                sums[2 if net == netlist.clock else 1] += density[net] * spent
    return sums


def output_energy(one, pin, load, duties, density, netlist, conditions):
    supplies = {arc.supply for arc in pin.power}
    return sum(
        drawn(supply, one, pin, load, duties, density, netlist, conditions) for supply in supplies
    )


def drawn(supply, one, pin, load, duties, density, netlist, conditions):
    weights, energies = [], []
    for arc in pin.power:
        if arc.supply != supply:
            continue
        net = one.pins.get(arc.related_pin)
        if net is None or net <= ONE:
            continue
        if arc.related_pin in pin.function.inputs:
            often = depends(pin.function, arc.related_pin, duties)
        else:
            often = probability(arc.when, duties) if arc.when else 0.5
        weights.append(density[net] * often)
        energies.append(mean(arc, conditions.slew(net), load))
    return float(np.dot(weights, energies) / sum(weights)) if sum(weights) else 0.0


def mean(arc, slew, load):
    found = [table(slew, load) for table in (arc.rise, arc.fall) if table]
    return sum(found) / len(found) if found else 0.0


def probability(function, duties):
    """That a function is 1, its pins being independent."""
    return sum(weight for point, weight in points(function, duties) if function(point, 1))


def depends(function, pin, duties):
    """The probability that a function changes with one of its pins."""
    return sum(
        weight
        for point, weight in points(function, duties)
        if function(point | {pin: 0}, 1) != function(point | {pin: 1}, 1)
    )


def points(function, duties):
    for bits in product((0, 1), repeat=len(function.inputs)):
        point = dict(zip(function.inputs, bits, strict=True))
        weight = 1.0
        for name, bit in point.items():
            share = duties.get(name, 0.0)
            weight *= share if bit else 1 - share
        yield point, weight
