//! Records in one embedded file.
