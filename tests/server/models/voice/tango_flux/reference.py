"""TangoFlux for one prompt at a time in float32, written from the paper's algorithm with diffusers' own sampler.

No masks, no batches, and the whole latent decoded: what the batched voice must agree with.
"""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np


class Reference:
    """The models of a published folder, loaded by the plainest means."""

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        from diffusers import AutoencoderOobleck, FlowMatchEulerDiscreteScheduler, FluxTransformer2DModel
        from safetensors.torch import load_file
        from transformers import AutoTokenizer, T5Config, T5EncoderModel

        config = json.loads((folder / "config.json").read_text())
        text = T5Config.from_pretrained(folder / "flan-t5-large")
        self.length, self.channels = config["audio_seq_len"], config["in_channels"]
        self.longest_s, self.device = config["max_duration"], device
        self.transformer = FluxTransformer2DModel(
            in_channels=config["in_channels"],
            num_layers=config["num_layers"],
            num_single_layers=config["num_single_layers"],
            attention_head_dim=config["attention_head_dim"],
            num_attention_heads=config["num_attention_heads"],
            joint_attention_dim=config["joint_attention_dim"],
            pooled_projection_dim=text.d_model,
            guidance_embeds=False,
        )
        self.encoder = T5EncoderModel(text)
        self.tokenizer = AutoTokenizer.from_pretrained(folder / "flan-t5-large")
        self.scheduler = FlowMatchEulerDiscreteScheduler(num_train_timesteps=1000)
        self.state = load_file(folder / "tangoflux.safetensors")
        for name, module in (("transformer", self.transformer), ("text_encoder", self.encoder)):
            own = {key.removeprefix(f"{name}."): value for key, value in self.state.items() if key.startswith(name)}
            module.load_state_dict(own, strict=False)
            module.to(device).eval()
        self.state = {key: value.to(device) for key, value in self.state.items()}
        autoencoder = load_file(folder / "vae.safetensors")
        sizes = {} if config["in_channels"] == 64 else TINY
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*weight_norm.*is deprecated", category=FutureWarning)
            self.autoencoder = AutoencoderOobleck(**sizes)
        self.autoencoder.load_state_dict(autoencoder)
        self.autoencoder.to(device).eval()

    def seconds_token(self, seconds: float) -> Any:
        import torch

        share = torch.tensor(min(max(seconds, 0.0), self.longest_s) / self.longest_s, device=self.device)
        name = "duration_emebdder.time_positional_embedding"
        angle = 2 * torch.pi * share * self.state[f"{name}.0.weights"]
        features = torch.cat([share[None], angle.sin(), angle.cos()])
        return (self.state[f"{name}.1.weight"] @ features + self.state[f"{name}.1.bias"])[None]

    def encoded(self, prompt: str, length: int | None = None) -> tuple[Any, Any]:
        import torch

        padding = {"padding": "max_length", "max_length": length} if length else {}
        tokens = self.tokenizer([prompt], return_tensors="pt", **padding).to(self.device)
        hidden = self.encoder(input_ids=tokens.input_ids, attention_mask=tokens.attention_mask)[0][0]
        mean = hidden[tokens.attention_mask[0] == 1].mean(dim=0)
        return hidden, torch.relu(self.state["fc.0.weight"] @ mean + self.state["fc.0.bias"])

    def waveform(self, prompt: str, *, seconds: float, seed: int, steps: int, guidance: float) -> np.ndarray:
        import torch

        with torch.no_grad():
            words, pooled = self.encoded(prompt)
            texts, pools = [words], [pooled]
            if guidance > 1.0:
                empty, empty_pooled = self.encoded("", len(words))
                texts, pools = [empty, words], [empty_pooled, pooled]
            token = self.seconds_token(seconds)
            hidden = torch.stack([torch.cat([text, token]) for text in texts])
            self.scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), device=self.device)
            torch.manual_seed(seed)
            latents = torch.randn(1, self.length, self.channels).to(self.device)
            for time in self.scheduler.timesteps:
                velocity = self.transformer(
                    hidden_states=torch.cat([latents] * len(texts)),
                    timestep=time[None] / 1000,
                    encoder_hidden_states=hidden,
                    pooled_projections=torch.stack(pools),
                    txt_ids=torch.zeros(hidden.shape[1], 3, device=self.device),
                    img_ids=torch.arange(self.length, device=self.device)[:, None].repeat(1, 3),
                    return_dict=False,
                )[0]
                if guidance > 1.0:
                    velocity = velocity[:1] + guidance * (velocity[1:] - velocity[:1])
                latents = self.scheduler.step(velocity, time, latents).prev_sample
            wave = self.autoencoder.decode(latents.transpose(1, 2)).sample[0]
            return wave[:, : int(seconds * 44_100)].cpu().numpy()


def reference_waveform(
    folder: Path, prompt: str, *, seconds: float, seed: int, steps: int, guidance: float
) -> np.ndarray:
    """Stereo at 44.1 kHz, shape (2, n)."""
    return Reference(folder).waveform(prompt, seconds=seconds, seed=seed, steps=steps, guidance=guidance)


TINY = {
    "encoder_hidden_size": 4,
    "decoder_channels": 4,
    "decoder_input_channels": 8,
    "channel_multiples": [1, 2, 2, 4, 4],
}
