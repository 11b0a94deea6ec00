using System.Collections.Generic;
using NUnit.Framework;
using Sonorama.Protocol;

namespace Sonorama.Core.Tests
{
    [TestFixture]
    public sealed class SceneTests
    {
        private SceneBook book;

        [SetUp]
        public void Begin()
        {
            book = new SceneBook();
            book.Open("square");
        }

        [Test]
        public void ASnapshotTellsTheSceneAndThenItsSources()
        {
            book.Apply(Snapshot(Source("a"), Source("b")));
            Assert.AreEqual("SceneBegun SourceAdded:a SourceAdded:b", Changes());
            Assert.AreEqual(2, book.Find("square").Count);
        }

        [Test]
        public void ANewSnapshotKeepsTheObjectsOfWhoIsStillThere()
        {
            book.Apply(Snapshot(Source("a"), Source("b")));
            var kept = book.Find("square").Find("b");
            kept.Attachment = this;
            Changes();
            var louder = Source("b");
            louder.GainDb = 3.0;
            book.Apply(Snapshot(louder, Source("c")));
            Assert.AreEqual("SceneBegun SourceRemoved:a SourceUpdated:b SourceAdded:c", Changes());
            Assert.AreSame(kept, book.Find("square").Find("b"));
            Assert.AreSame(this, kept.Attachment);
            Assert.AreEqual(3.0, kept.GainDb);
        }

        [Test]
        public void NothingIsToldOfASceneBeforeItsSnapshotOrOfOthers()
        {
            book.Apply(new SourceAdded { SceneId = "square", Source = Source("a") });
            book.Apply(new SourceAdded { SceneId = "elsewhere", Source = Source("a") });
            book.Apply(new SceneSnapshot { SceneId = "elsewhere", Sources = new[] { Source("a") } });
            Assert.AreEqual("", Changes());
        }

        [Test]
        public void MovesMoveWhoIsKnown()
        {
            book.Apply(Snapshot(Source("a")));
            Changes();
            var moves = new SourceMoves();
            moves.Begin("square");
            moves.Add("nobody", 1.0, 1.0, 1.0);
            moves.Add("a", 90.0, 0.0, 2.0);
            book.Apply(moves);
            Assert.AreEqual("SourceMoved:a", Changes());
            Vectors.AreClose(new Point3(0.0, 2.0, 0.0), book.Find("square").Find("a").PositionM, "moved");
        }

        [Test]
        public void AddingTwiceIsUpdatingAndRemovingTwiceIsNothing()
        {
            book.Apply(Snapshot());
            book.Apply(new SourceAdded { SceneId = "square", Source = Source("a") });
            book.Apply(new SourceAdded { SceneId = "square", Source = Source("a") });
            book.Apply(new SourceRemoved { SceneId = "square", SourceId = "a" });
            book.Apply(new SourceRemoved { SceneId = "square", SourceId = "a" });
            Assert.AreEqual("SceneBegun SourceAdded:a SourceUpdated:a SourceRemoved:a", Changes());
        }

        [Test]
        public void SourcesThatMakeNoSenseAreLeftOut()
        {
            SourceState nowhere = Source("a"), still = Source("b"), abroad = Source("c"), sly = Source("d");
            nowhere.DistanceM = null;
            still.Path = new SourceTrack { Keyframes = new SourceKeyframe[1] };
            abroad.Clip = Clip("//elsewhere.example/clip", new string('a', 64));
            sly.Clip = Clip("/v1/clip", "../../secret");
            book.Apply(Snapshot(nowhere, still, abroad, sly, null));
            Assert.AreEqual("SceneBegun", Changes());
        }

        [Test]
        public void AClosedSceneRemovesItsSources()
        {
            book.Apply(Snapshot(Source("a")));
            Changes();
            book.Close("square");
            Assert.AreEqual("SourceRemoved:a SceneEnded", Changes());
            book.Apply(Snapshot(Source("a")));
            Assert.AreEqual("", Changes());
        }

        [Test]
        public void AClipStandsWhereItsBeginningAndItsLoopSay()
        {
            var state = Source("a");
            state.Clip = Clip("/clip", new string('a', 64));
            state.PlayingSinceS = 100.0;
            book.Apply(Snapshot(state));
            var source = book.Find("square").Find("a");
            Assert.AreEqual(-1.0, source.ClipTimeS(99.0), 1e-9);
            Assert.AreEqual(1.0, source.ClipTimeS(105.0), 1e-9);
            state.Clip.Loop = false;
            Assert.IsTrue(double.IsNaN(source.ClipTimeS(105.0)));
            Assert.AreEqual(3.0, source.ClipTimeS(103.0), 1e-9);
        }

        [Test]
        public void TracksAreSampledLikeTheServers()
        {
            var track = new SourceTrack
            {
                BeginsAtS = 10.0,
                Keyframes = new[] { Frame(0.0, 10.0, 0.0), Frame(2.0, 10.0, 4.0), Frame(4.0, 0.0, 4.0) },
            };
            Assert.IsTrue(TrackSampler.IsTrack(track));
            Vectors.AreClose(new Point3(10, 0, 0), TrackSampler.PositionM(track, 0.0), "before");
            Vectors.AreClose(new Point3(10, 2, 0), TrackSampler.PositionM(track, 11.0), "first part");
            Vectors.AreClose(new Point3(5, 4, 0), TrackSampler.PositionM(track, 13.0), "second part");
            Vectors.AreClose(new Point3(0, 4, 0), TrackSampler.PositionM(track, 99.0), "after");
            track.Loop = true;
            Vectors.AreClose(new Point3(10, 0, 0), TrackSampler.PositionM(track, 14.0), "again");
            Vectors.AreClose(new Point3(10, 2, 0), TrackSampler.PositionM(track, 15.0), "again");
        }

        [Test]
        public void MovesThatNobodyTookBecomeOneAndMessagesKeepTheirOrder()
        {
            var inbox = new Inbox();
            for (var round = 0; round < 1000; round++)
            {
                var moves = inbox.Rent();
                moves.Begin("square");
                moves.Add(round % 2 == 0 ? "a" : "b", round, 0.0, 1.0);
                Assert.IsTrue(inbox.PutMoves(moves));
            }
            Assert.IsTrue(inbox.Put(new SceneReady { SceneId = "square" }));
            var last = inbox.Rent();
            last.Begin("square");
            last.Add("a", 1.0, 0.0, 1.0);
            Assert.IsTrue(inbox.PutMoves(last));
            Inbox.Item item;
            Assert.IsTrue(inbox.TryTake(out item));
            Assert.AreEqual(2, item.Moves.Count);
            Assert.AreEqual(998.0, item.Moves[0].AzimuthDeg);
            Assert.AreEqual(999.0, item.Moves[1].AzimuthDeg);
            Assert.IsTrue(inbox.TryTake(out item));
            Assert.IsTrue(item.Message is SceneReady);
            Assert.IsTrue(inbox.TryTake(out item));
            Assert.AreSame(last, item.Moves);
            Assert.IsFalse(inbox.TryTake(out item));
        }

        [Test]
        public void AProgramThatTakesNothingKeepsTheWordsOnItsConnection()
        {
            var inbox = new Inbox();
            inbox.PutState(ConnectionState.Connected, null);
            for (var index = 0; index < Inbox.MaxItems - 1; index++)
                Assert.IsTrue(inbox.Put(new SceneReady { SceneId = "square" }));
            Assert.IsFalse(inbox.Put(new SceneReady { SceneId = "square" }));
            Inbox.Item item;
            Assert.IsTrue(inbox.TryTake(out item));
            Assert.AreEqual(ConnectionState.Connected, item.State);
            Assert.IsFalse(inbox.TryTake(out item));
        }

        private static SourceState Source(string id)
        {
            return new SourceState
            {
                Id = id, Label = id, Kind = "point", AzimuthDeg = 10.0, DistanceM = 5.0, LevelDbSpl1m = 70.0,
            };
        }

        private static ClipReference Clip(string url, string sha256)
        {
            return new ClipReference { Url = url, Sha256 = sha256, SampleRateHz = 48000, DurationS = 4.0, Loop = true };
        }

        private static SourceKeyframe Frame(double timeS, double front, double left)
        {
            return new SourceKeyframe { TimeS = timeS, PositionM = new[] { front, left, 0.0 } };
        }

        private static SceneSnapshot Snapshot(params SourceState[] sources)
        {
            return new SceneSnapshot { SceneId = "square", CameraHeightM = 1.6, Sources = sources };
        }

        private string Changes()
        {
            var said = new List<string>();
            Change change;
            while (book.TryTake(out change))
                said.Add(change.Kind + (change.Source == null ? "" : ":" + change.Source.Id));
            return string.Join(" ", said.ToArray());
        }
    }
}
