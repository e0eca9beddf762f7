/** 26 characters of a-z and 0-9: 128 random bits, the name of a room on the wire. */
export const DOCUMENT_ID = /^[a-z0-9]{26}$/;
