"""OpenAL Soft with its HRTF on, rendering into memory: its loopback device (ALC_SOFT_loopback), by ctypes."""

from __future__ import annotations

import ctypes
import ctypes.util

import numpy as np

_ALC_FREQUENCY, _ALC_HRTF, _ALC_MONO_SOURCES = 0x1007, 0x1992, 0x1010
_ALC_FORMAT_CHANNELS, _ALC_STEREO, _ALC_FORMAT_TYPE, _ALC_FLOAT = 0x1990, 0x1501, 0x1991, 0x1406
_AL_FORMAT_MONO16, _AL_BUFFER, _AL_LOOPING, _AL_POSITION = 0x1101, 0x1009, 0x1007, 0x1004
_AL_REFERENCE_DISTANCE = 0x1020


class OpenAl:
    """Sources that loop noise around a listener.

    Args:
        sources: how many.
        rate_hz: of the output.

    Raises:
        OSError: OpenAL Soft isn't installed, or refuses HRTF.
    """

    def __init__(self, sources: int, rate_hz: int = 48_000) -> None:
        name = ctypes.util.find_library("openal")
        if name is None:
            raise OSError("OpenAL Soft isn't installed (Debian: libopenal1)")
        self._al = ctypes.CDLL(name)
        self._al.alcGetProcAddress.restype = ctypes.c_void_p
        self._al.alcCreateContext.restype = ctypes.c_void_p
        self._al.alcCreateContext.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self._al.alcMakeContextCurrent.argtypes = [ctypes.c_void_p]
        opened = self._extension("alcLoopbackOpenDeviceSOFT", ctypes.c_void_p, ctypes.c_char_p)
        self._device = ctypes.c_void_p(opened(None))
        attributes = (ctypes.c_int * 11)(
            *(_ALC_FORMAT_CHANNELS, _ALC_STEREO, _ALC_FORMAT_TYPE, _ALC_FLOAT, _ALC_FREQUENCY, rate_hz),
            *(_ALC_HRTF, 1, _ALC_MONO_SOURCES, max(sources, 256), 0),
        )
        context = self._al.alcCreateContext(self._device, ctypes.cast(attributes, ctypes.c_void_p))
        if not context:
            raise OSError("OpenAL Soft can't render this format")
        self._al.alcMakeContextCurrent(context)
        state = ctypes.c_int()
        self._al.alcGetIntegerv(self._device, _ALC_HRTF, 1, ctypes.byref(state))
        if not state.value:
            raise OSError("OpenAL Soft has no HRTF for this format")
        self._render = self._extension(
            "alcRenderSamplesSOFT", None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_float), ctypes.c_int
        )
        noise = (np.random.default_rng(0).standard_normal(rate_hz) * 3000).astype(np.int16)
        buffer = ctypes.c_uint()
        self._al.alGenBuffers(1, ctypes.byref(buffer))
        self._al.alBufferData(buffer, _AL_FORMAT_MONO16, noise.ctypes.data_as(ctypes.c_void_p), noise.nbytes, rate_hz)
        self._sources = (ctypes.c_uint * sources)()
        self._al.alGenSources(sources, self._sources)
        self._al.alSource3f.argtypes = [ctypes.c_uint, ctypes.c_int, *(ctypes.c_float,) * 3]
        for source in self._sources:
            self._al.alSourcei(source, _AL_BUFFER, buffer.value)
            self._al.alSourcei(source, _AL_LOOPING, 1)
            self._al.alSourcePlay(source)

    def process(self, positions_m: np.ndarray, out: np.ndarray) -> None:
        """Fill ``out`` (block, 2) with what is heard of sources at these places, (N, 3) in scene axes."""
        # Front, left and up are −z, −x and y there.
        for source, (front, left, up) in zip(self._sources, positions_m.tolist(), strict=True):
            self._al.alSource3f(source, _AL_POSITION, -left, up, -front)
        self._render(self._device, out.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), len(out))

    def _extension(self, name: str, result: object, *arguments: object) -> ctypes._FuncPointer:  # type: ignore[name-defined]
        address = self._al.alcGetProcAddress(None, name.encode())
        return ctypes.CFUNCTYPE(result, *arguments)(address)  # type: ignore[arg-type]
