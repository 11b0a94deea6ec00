// The part of NUnit that the package's tests use, so that they run where NUnit isn't installed. Unity brings its own.
using System;
using System.Globalization;

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class TestFixtureAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SetUpAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TearDownAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseAttribute : Attribute
    {
        public TestCaseAttribute(params object[] arguments)
        {
            // As in NUnit, one null is an argument and not the lack of any.
            Arguments = arguments ?? new object[] { null };
        }

        public object[] Arguments { get; private set; }
    }

    public delegate void TestDelegate();

    public sealed class AssertionException : Exception
    {
        public AssertionException(string message) : base(message) { }
    }

    public sealed class IgnoreException : Exception
    {
        public IgnoreException(string message) : base(message) { }
    }

    public static class Assert
    {
        public static void AreEqual(object expected, object actual, string message = "")
        {
            if (!Same(expected, actual)) Fail(Text("{0}: expected {1}, not {2}", message, expected, actual));
        }

        public static void AreEqual(double expected, double actual, double delta, string message = "")
        {
            if (expected.Equals(actual) || Math.Abs(expected - actual) <= delta) return;
            Fail(Text("{0}: expected {1:R}, not {2:R}", message, expected, actual));
        }

        public static void AreSame(object expected, object actual, string message = "")
        {
            if (!ReferenceEquals(expected, actual)) Fail(message + ": another object");
        }

        public static void IsTrue(bool condition, string message = "")
        {
            if (!condition) Fail(message + ": false");
        }

        public static void IsFalse(bool condition, string message = "")
        {
            if (condition) Fail(message + ": true");
        }

        public static void IsNull(object value, string message = "")
        {
            if (value != null) Fail(Text("{0}: {1} isn't null", message, value));
        }

        public static void IsNotNull(object value, string message = "")
        {
            if (value == null) Fail(message + ": null");
        }

        public static void Less(double one, double other, string message = "")
        {
            if (!(one < other)) Fail(Text("{0}: {1:R} isn't less than {2:R}", message, one, other));
        }

        public static void LessOrEqual(double one, double other, string message = "")
        {
            if (!(one <= other)) Fail(Text("{0}: {1:R} is greater than {2:R}", message, one, other));
        }

        public static void Greater(double one, double other, string message = "")
        {
            if (!(one > other)) Fail(Text("{0}: {1:R} isn't greater than {2:R}", message, one, other));
        }

        public static T Throws<T>(TestDelegate code, string message = "") where T : Exception
        {
            try
            {
                code();
            }
            catch (T error)
            {
                if (error.GetType() == typeof(T)) return error;
            }
            throw new AssertionException(message + ": no " + typeof(T).Name);
        }

        public static void Fail(string message)
        {
            throw new AssertionException(message);
        }

        public static void Ignore(string message)
        {
            throw new IgnoreException(message);
        }

        private static bool Same(object expected, object actual)
        {
            if (Equals(expected, actual)) return true;
            // As in NUnit, numbers of different types are compared by value, and arrays by what they hold.
            if (expected is Array && actual is Array)
            {
                Array one = (Array)expected, other = (Array)actual;
                if (one.Length != other.Length) return false;
                for (var index = 0; index < one.Length; index++)
                    if (!Same(one.GetValue(index), other.GetValue(index))) return false;
                return true;
            }
            if (!IsNumber(expected) || !IsNumber(actual)) return false;
            if (expected is double || expected is float || actual is double || actual is float)
                return Convert.ToDouble(expected).Equals(Convert.ToDouble(actual));
            return Convert.ToDecimal(expected) == Convert.ToDecimal(actual);
        }

        private static bool IsNumber(object value)
        {
            return value != null && value.GetType().IsPrimitive && !(value is bool) && !(value is char);
        }

        private static string Text(string format, params object[] values)
        {
            return string.Format(CultureInfo.InvariantCulture, format, values);
        }
    }
}
