"""Labels by hand, and their agreement with how the tracker reads a response map."""

import pytest
import torch

from tracker.tracking.response import displacement
from tracker.training.labels import distance_to_object, positive_cells


def box(x, y):
    return torch.tensor([[x, y, 30.0, 20.0]])


def test_distances_worked_out_by_hand():
    distance = distance_to_object(box(127.5, 127.5), 3, 8, 255)
    diagonal = 8 * 2**0.5
    expected = [[diagonal, 8, diagonal], [8, 0, 8], [diagonal, 8, diagonal]]
    assert torch.allclose(distance[0], torch.tensor(expected))


def test_an_even_map_has_its_centre_between_the_cells():
    distance = distance_to_object(box(127.5, 127.5), 2, 8, 255)
    assert torch.allclose(distance, torch.full((1, 2, 2), 4 * 2**0.5))


@pytest.mark.parametrize("cells", [17, 25])
@pytest.mark.parametrize("cell", [(0, 0), (3, 11), (16, 2)])
def test_a_cell_is_at_no_distance_from_where_the_tracker_sees_it(cells, cell):
    dx, dy = displacement(cell, cells, 1, 8)
    distance = distance_to_object(box(127.5 + dx, 127.5 + dy), cells, 8, 255)
    assert distance[0][cell] == 0
    assert distance.flatten().argmin() == cell[0] * cells + cell[1]


def test_rows_are_y_and_columns_are_x():
    distance = distance_to_object(box(127.5 + 16, 127.5 - 8), 17, 8, 255)
    assert distance[0, 8 - 1, 8 + 2] == 0


def test_positive_cells_of_the_paper():
    """Radius 16 at stride 8: two cells along the axes, one along the diagonals."""
    distance = distance_to_object(box(127.5, 127.5), 17, 8, 255)
    positive = positive_cells(distance, torch.tensor([True]))
    assert positive.sum() == 13
    around = positive[0, 6:11, 6:11].int().tolist()
    assert around == [
        [0, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [1, 1, 1, 1, 1],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
    ]


def test_nothing_is_positive_where_the_objects_differ_or_lie_outside():
    distance = distance_to_object(torch.cat([box(127.5, 127.5), box(400, 127.5)]), 17, 8, 255)
    assert not positive_cells(distance, torch.tensor([False, True])).any()
