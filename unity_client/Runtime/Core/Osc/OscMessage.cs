using System;

namespace Sonorama.Core
{
    /// <summary>
    /// An OSC 1.0 message: an address, or a pattern of addresses, and its arguments. The object is used again for the
    /// next packet; copy what is to be kept.
    /// </summary>
    public sealed class OscMessage
    {
        /// <summary>Most arguments of a message.</summary>
        public const int MaxArguments = 64;

        private readonly char[] tags = new char[MaxArguments];
        private readonly double[] numbers = new double[MaxArguments];
        private readonly long[] integers = new long[MaxArguments];
        private readonly string[] texts = new string[MaxArguments];

        /// <summary>Begins with a slash.</summary>
        public string Address { get; private set; }

        /// <summary>How many arguments there are.</summary>
        public int Count { get; private set; }

        /// <summary>Whether it asks for a value rather than telling one: no arguments, or only nil.</summary>
        public bool IsQuery
        {
            get
            {
                for (var index = 0; index < Count; index++)
                    if (tags[index] != 'N') return false;
                return true;
            }
        }

        /// <summary>An argument's type: i int32, h int64, f float32, d float64, s text, T F N I without bytes.</summary>
        public char Tag(int index)
        {
            return tags[Checked(index)];
        }

        /// <summary>Whether an argument is a finite number.</summary>
        public bool IsNumber(int index)
        {
            var tag = Tag(index);
            var isOne = tag == 'i' || tag == 'h' || tag == 'f' || tag == 'd' || tag == 'T' || tag == 'F' || tag == 'I';
            return isOne && !double.IsNaN(numbers[index]) && !double.IsInfinity(numbers[index]);
        }

        /// <summary>Whether the message has so many arguments, all finite numbers.</summary>
        public bool HasNumbers(int count)
        {
            if (Count != count) return false;
            for (var index = 0; index < count; index++)
                if (!IsNumber(index)) return false;
            return true;
        }

        /// <summary>A number; true is 1, and what is no number is 0.</summary>
        public double Number(int index)
        {
            return numbers[Checked(index)];
        }

        /// <summary>A whole number as it was sent; 0 for everything else.</summary>
        public long Integer(int index)
        {
            return integers[Checked(index)];
        }

        /// <summary>A text; null for everything else.</summary>
        public string Text(int index)
        {
            return texts[Checked(index)];
        }

        internal void Begin(string address)
        {
            Address = address;
            Count = 0;
        }

        internal void Add(char tag, double number, long integer, string text)
        {
            tags[Count] = tag;
            numbers[Count] = number;
            integers[Count] = integer;
            texts[Count] = text;
            Count++;
        }

        private int Checked(int index)
        {
            if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException("index");
            return index;
        }
    }
}
