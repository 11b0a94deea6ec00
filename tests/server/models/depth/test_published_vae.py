from tests.server.models.depth.vae import SD15_VAE, vae_shapes


def test_every_key_of_the_published_autoencoder_is_accounted_for() -> None:
    import torch
    from diffusers import AutoencoderKL

    with torch.device("meta"):
        whole = AutoencoderKL.from_config(SD15_VAE)
    wanted = {name: tuple(value.shape) for name, value in whole.state_dict().items()}
    assert len(wanted) == 248
    assert vae_shapes() == wanted
