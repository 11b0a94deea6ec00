using System.Collections.Generic;
using Sonorama.Protocol;

namespace Sonorama.Core
{
    /// <summary>What the network's thread has for the main thread, in order. Moves that wait become one per
    /// scene.</summary>
    internal sealed class Inbox
    {
        internal struct Item
        {
            internal Message Message;
            internal SourceMoves Moves;
            internal ConnectionState State;
            internal string Text;
        }

        /// <summary>A program that takes nothing for so long begins anew.</summary>
        internal const int MaxItems = 8192;

        private readonly object gate = new object();
        private readonly Queue<Item> items = new Queue<Item>();
        private readonly Stack<SourceMoves> spare = new Stack<SourceMoves>();
        private SourceMoves last;

        /// <summary>Memory for moves, to be handed in by <see cref="PutMoves"/> or <see cref="Recycle"/>.</summary>
        internal SourceMoves Rent()
        {
            lock (gate) return spare.Count > 0 ? spare.Pop() : new SourceMoves();
        }

        internal void Recycle(SourceMoves moves)
        {
            lock (gate) spare.Push(moves);
        }

        /// <summary>False where too much waits: everything was dropped, and the scenes have to be told anew.</summary>
        internal bool Put(Message message)
        {
            return Put(new Item { Message = message });
        }

        internal void PutState(ConnectionState state, string text)
        {
            Put(new Item { State = state, Text = text });
        }

        internal bool PutMoves(SourceMoves moves)
        {
            lock (gate)
            {
                // Nothing was said since the last moves: they and these are one.
                if (last != null && last.SceneId == moves.SceneId)
                {
                    last.Absorb(moves);
                    spare.Push(moves);
                    return true;
                }
                var fits = Put(new Item { Moves = moves });
                if (fits) last = moves;
                return fits;
            }
        }

        internal bool TryTake(out Item item)
        {
            lock (gate)
            {
                if (items.Count == 0)
                {
                    item = default(Item);
                    return false;
                }
                item = items.Dequeue();
                if (item.Moves == last) last = null;
                return true;
            }
        }

        private bool Put(Item item)
        {
            lock (gate)
            {
                last = null;
                if (items.Count < MaxItems || item.Message == null && item.Moves == null)
                {
                    items.Enqueue(item);
                    return true;
                }
                DropScenes();
                return false;
            }
        }

        /// <summary>Keeps the words on the connection, which nobody says again.</summary>
        private void DropScenes()
        {
            for (var count = items.Count; count > 0; count--)
            {
                var item = items.Dequeue();
                if (item.Message == null && item.Moves == null) items.Enqueue(item);
            }
        }
    }
}
