from server.models.noise import seeded_noise


def test_noise_is_each_seeds_own() -> None:
    import torch

    together = seeded_noise([5, 6], (7, 3))
    assert torch.equal(together[1], seeded_noise([6], (7, 3))[0])
    torch.manual_seed(6)
    assert torch.equal(together[1], torch.randn(1, 7, 3)[0]), "as the published code draws it"


def test_noise_leaves_the_global_generator_alone() -> None:
    import torch

    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    noise = seeded_noise([5, 6], (4, 8, 8))
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(noise[1:], seeded_noise([6], (4, 8, 8)))
    assert not torch.equal(noise[0], noise[1])
