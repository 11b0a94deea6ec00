using System;
using System.Collections;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;
using Sonorama.Core;
using Sonorama.Protocol;
using UnityEngine;
using UnityEngine.TestTools;

namespace Sonorama.Unity.Tests
{
    [TestFixture]
    public sealed class ClipPoolTests
    {
        private int loads;
        private CancellationToken token;
        private Func<string, ClipSound> make;
        private ClipPool pool;

        [SetUp]
        public void Begin()
        {
            loads = 0;
            pool = new ClipPool((source, cancel) =>
            {
                loads++;
                token = cancel;
                return Task.Run(() => make(source.Clip.Sha256));
            });
        }

        [TearDown]
        public void End()
        {
            pool.Clear();
        }

        [TestCase(10, 1)]
        [TestCase(ClipPool.SamplesPerFrame, 1)]
        [TestCase(3 * ClipPool.SamplesPerFrame + 17, 1)]
        [TestCase(ClipPool.SamplesPerFrame + 1, 2)]
        [TestCase(50001, 3)]
        public void EverySampleArrivesAndNoFrameCopiesMoreThanItCanBear(int frames, int channels)
        {
            make = sha256 => Place.Noise(sha256, frames, channels);
            var clip = pool.Acquire(Source("a"));
            clip.Loading.Wait();
            var steps = 0;
            while (clip.Clip == null)
            {
                var before = clip.FilledFrames;
                pool.Step();
                Assert.LessOrEqual((clip.FilledFrames - before) * channels, ClipPool.SamplesPerFrame);
                Assert.Less(++steps, 100);
            }
            Assert.AreEqual((frames * channels + ClipPool.SamplesPerFrame - 1) / ClipPool.SamplesPerFrame, steps);
            var wanted = Place.Noise(clip.Sha256, frames, channels).Samples;
            var got = new float[wanted.Length];
            Assert.AreEqual(frames, clip.Clip.samples);
            Assert.AreEqual(channels, clip.Clip.channels);
            clip.Clip.GetData(got, 0);
            for (var index = 0; index < got.Length; index++)
                if (got[index] != wanted[index]) Assert.Fail("sample " + index + " differs");
        }

        [UnityTest]
        public IEnumerator TheSameClipIsLoadedOnceAndKeptWhileAnyoneWantsIt()
        {
            make = sha256 => Place.Noise(sha256);
            var clip = pool.Acquire(Source("a"));
            Assert.AreSame(clip, pool.Acquire(Source("a")));
            clip.Loading.Wait();
            pool.Release(clip);
            yield return Seconds(ClipPool.KeepS + 1.0);
            Assert.AreEqual(1, loads);
            Assert.IsTrue(clip.Clip != null, "still there");
            pool.Release(clip);
            yield return Seconds(0.5 * ClipPool.KeepS);
            Assert.AreSame(clip, pool.Acquire(Source("a")), "wanted again in time");
            pool.Release(clip);
            yield return Seconds(ClipPool.KeepS + 1.0);
            Assert.AreEqual(0, pool.Count);
            Assert.IsTrue(clip.Clip == null, "freed");
        }

        [UnityTest]
        public IEnumerator WhatNobodyWantsAnyMoreIsNotLoadedToItsEnd()
        {
            var gate = new ManualResetEventSlim();
            make = sha256 =>
            {
                gate.Wait(10000);
                return Place.Noise(sha256);
            };
            var clip = pool.Acquire(Source("a"));
            pool.Release(clip);
            yield return Seconds(ClipPool.KeepS + 1.0);
            Assert.IsTrue(token.IsCancellationRequested, "cancelled");
            gate.Set();
            yield return Seconds(0.1);
            Assert.AreEqual(0, pool.Count);
            Assert.IsTrue(clip.Clip == null, "not made");
        }

        [Test]
        public void AClipThatCannotBeHadIsToldOnceInALine()
        {
            make = sha256 => { throw new ClipException("the server answered 404 Not Found"); };
            var told = "";
            pool.Failed += text => told += text;
            var clip = pool.Acquire(Source("a"));
            try
            {
                clip.Loading.Wait();
            }
            catch (AggregateException)
            {
                // What it is is told by the pool.
            }
            pool.Step();
            pool.Step();
            Assert.AreEqual("the clip of a can't be had: the server answered 404 Not Found", told);
            Assert.IsTrue(clip.Clip == null, "no clip");
        }

        private IEnumerator Seconds(double seconds)
        {
            for (var untilS = Time.unscaledTimeAsDouble + seconds; Time.unscaledTimeAsDouble < untilS;)
            {
                pool.Step();
                yield return null;
            }
        }

        private static SceneSource Source(string id)
        {
            var book = new SceneBook();
            book.Open("square");
            book.Apply(new SceneSnapshot { SceneId = "square", Sources = new[] { Place.Source(id) } });
            return book.Find("square").Find(id);
        }
    }
}
